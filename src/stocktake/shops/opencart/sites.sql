SELECT
  site.site_id, site.name, 'OpenCart' AS software, site.version AS software_version, site.tagline,
  site.currency, site.time_zone, site.admin_email,
  'source:' || site.ref AS source_id
FROM site;
