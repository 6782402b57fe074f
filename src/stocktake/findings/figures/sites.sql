-- title: Sites
-- note: Every site whose tables were found in the exhibits, whatever software it ran. What is known by captures of pages alone is apart.
-- unit: sites
-- keys: site_id
SELECT site_id, name, software, software_version, currency, time_zone, site_id AS subject_id
FROM sites
WHERE captured IS NOT TRUE
