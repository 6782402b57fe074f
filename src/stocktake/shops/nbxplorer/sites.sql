SELECT site_id, 'NBXplorer ' || database AS name, 'NBXplorer' AS software, 'source:' || ref AS source_id
FROM site
WHERE ref IS NOT NULL;
