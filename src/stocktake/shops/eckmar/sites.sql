SELECT site_id, 'market in ' || database AS name, 'Eckmar market script' AS software, 'source:' || ref AS source_id
FROM site
WHERE ref IS NOT NULL;
