-- Tables without a row are no site.
SELECT
  site_id, name, 'Magento' AS software, version AS software_version, tagline, currency, time_zone, admin_email,
  'source:' || ref AS source_id
FROM site
WHERE ref IS NOT NULL;
