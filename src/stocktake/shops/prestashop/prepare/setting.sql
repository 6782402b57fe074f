-- The settings that the mapping uses. One of a shop beats one of its group, and that beats one for all.
SELECT
  _ref AS ref, id_configuration, id_shop, id_shop_group, name, NULLIF(TRIM(value), '') AS value
FROM configuration
WHERE name IN (SELECT name FROM setting_name) OR name IN (SELECT setting FROM state_setting)
