-- Tables without a row are no site.
SELECT
  site_id, name, 'Shopware' AS software, version AS software_version, currency, admin_email, 'source:' || ref AS source_id
FROM site
WHERE ref IS NOT NULL;
