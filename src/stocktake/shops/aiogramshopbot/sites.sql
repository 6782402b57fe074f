SELECT site_id, 'bot in ' || path AS name, 'AiogramShopBot' AS software, version AS software_version,
  'source:' || ref AS source_id
FROM site
WHERE ref IS NOT NULL;
