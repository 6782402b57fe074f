SELECT site_id, 'bot in ' || path AS name, 'shop bot with goods and item_values' AS software,
  version AS software_version, 'source:' || ref AS source_id
FROM site
WHERE ref IS NOT NULL;
