-- title: Sites
-- note: Every site found in the exhibits, whatever software it ran.
-- unit: sites
-- keys: site_id
SELECT site_id, name, software, software_version, currency, time_zone, site_id AS subject_id
FROM sites
