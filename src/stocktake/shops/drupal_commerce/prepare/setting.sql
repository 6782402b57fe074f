-- What the site says of itself.
SELECT
  MAX(CASE WHEN v.name = 'system.site' AND v.path = 'name' THEN NULLIF(v.value, '') END) AS name,
  MAX(CASE WHEN v.name = 'system.site' AND v.path = 'slogan' THEN NULLIF(v.value, '') END) AS slogan,
  MAX(CASE WHEN v.name = 'system.site' AND v.path = 'mail' THEN NULLIF(v.value, '') END) AS mail,
  MAX(CASE WHEN v.name = 'system.date' AND v.path = 'timezone/default' THEN NULLIF(v.value, '') END) AS zone,
  MIN(v._ref) AS ref
FROM config_value AS v
