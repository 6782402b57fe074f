SELECT
  site_id, name, 'MyBB' AS software, version AS software_version, admin_email, 'source:' || ref AS source_id
FROM site;
