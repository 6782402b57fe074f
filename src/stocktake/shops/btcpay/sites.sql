SELECT
  site_id, name, 'BTCPay Server' AS software, version AS software_version, 'source:' || ref AS source_id
FROM site;
