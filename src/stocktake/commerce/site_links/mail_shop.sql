-- The shop whose settings name an address, where shops of one name only do.
SELECT LOWER(admin_email) AS address, MIN(site_id) AS site_id
FROM sites
WHERE admin_email LIKE '%@%'
GROUP BY LOWER(admin_email)
HAVING COUNT(DISTINCT name) = 1
