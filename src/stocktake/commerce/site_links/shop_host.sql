-- The names that each shop's own tables give it. Names of a machine for itself are nobody's.
SELECT DISTINCT site_id, exhibit, host
FROM site_names
WHERE rule LIKE 'shops/%' AND site_id IS NOT NULL AND host LIKE '%.%' AND host NOT LIKE '127.%'
