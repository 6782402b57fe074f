-- Each store of the server is a site: the one that takes the payments, whatever shop they are for.
SELECT
  'site:' || s._ref AS site_id, s._ref AS ref, s.Id AS store_id, s.StoreName AS name,
  NULLIF(TRIM(s.StoreWebsite), '') AS website, shop.version
FROM Stores AS s
CROSS JOIN shop
