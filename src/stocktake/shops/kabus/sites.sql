SELECT site_id, 'market in ' || database AS name, 'Kabus market script' AS software, 'USD' AS currency,
  'source:' || ref AS source_id
FROM site
WHERE ref IS NOT NULL;
