SELECT
  site_id, name, 'osTicket' AS software, version AS software_version, known_zone(time_zone) AS time_zone,
  admin_email, 'source:' || ref AS source_id
FROM site;
