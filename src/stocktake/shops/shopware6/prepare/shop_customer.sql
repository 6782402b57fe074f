-- Customers; Shopware keeps a row for each guest too. One with the e-mail address of the shop's own people is
-- theirs, and its orders are tests.
WITH staff AS (SELECT DISTINCT LOWER(email) AS email FROM shop_user WHERE email IS NOT NULL),
phone AS (SELECT owner_id, MIN(phone) AS phone FROM shop_address WHERE kind = 'customer' GROUP BY owner_id)
SELECT
  c.id, 'account:' || c._ref AS account_id, c._ref AS ref, site.site_id,
  CASE WHEN staff.email IS NOT NULL THEN 'staff' WHEN c.guest = 1 THEN 'guest' ELSE 'customer' END AS kind,
  CASE WHEN staff.email IS NULL THEN 'recorded' ELSE 'derived' END AS basis, NULLIF(TRIM(c.email), '') AS email,
  NULLIF(TRIM(COALESCE(c.first_name, '') || ' ' || COALESCE(c.last_name, '')), '') AS name, phone.phone,
  COALESCE(NULLIF(c.password, ''), NULLIF(c.legacy_password, '')) AS password_hash, c.created_at,
  COALESCE(c.last_login, c.first_login) AS login_at, NULLIF(c.remote_address, '') AS ip
FROM customer AS c
JOIN site ON site.sales_channel_id = CASE
  WHEN c.sales_channel_id IN (SELECT sales_channel_id FROM site) THEN c.sales_channel_id
  ELSE (SELECT MIN(sales_channel_id) FROM site) END
LEFT JOIN staff ON staff.email = LOWER(TRIM(c.email))
LEFT JOIN phone ON phone.owner_id = c.id
