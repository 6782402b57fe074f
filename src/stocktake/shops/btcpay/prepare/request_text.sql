-- What payment requests hold beside their columns.
SELECT
  Id,
  MAX(CASE WHEN path = 'title' THEN NULLIF(value, '') END) AS title,
  MAX(CASE WHEN path = 'amount' THEN to_money(value) END) AS amount,
  MAX(CASE WHEN path = 'currency' THEN NULLIF(value, '') END) AS currency,
  MAX(CASE WHEN path = 'email' THEN NULLIF(value, '') END) AS email
FROM (
  SELECT Id, path, value FROM request_json
  UNION ALL
  SELECT g.Id, g.path, g.value FROM request_gzip AS g WHERE g.Id NOT IN (SELECT Id FROM request_json)
)
GROUP BY Id
