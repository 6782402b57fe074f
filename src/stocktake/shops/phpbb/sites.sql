SELECT
  site_id, name, 'phpBB' AS software, version AS software_version, tagline, time_zone, admin_email,
  'source:' || ref AS source_id
FROM site;
