-- Customers. One with the e-mail address of the shop's own people is theirs, and its orders are tests.
WITH staff AS (SELECT DISTINCT LOWER(email) AS email FROM shop_user WHERE email IS NOT NULL)
SELECT
  c.customer_id, 'account:' || c._ref AS account_id, c._ref AS ref, site.site_id, site.zone, site.base_currency,
  CASE WHEN staff.email IS NULL THEN 'customer' ELSE 'staff' END AS kind,
  CASE WHEN staff.email IS NULL THEN 'recorded' ELSE 'derived' END AS basis,
  NULLIF(TRIM(c.email), '') AS email,
  NULLIF(TRIM(COALESCE(c.firstname, '') || ' ' || COALESCE(c.lastname, '')), '') AS name,
  NULLIF(c.telephone, '') AS phone,
  c.password || CASE WHEN c.salt <> '' THEN ':' || c.salt ELSE '' END AS password_hash,
  NULLIF(c.ip, '') AS ip, c.date_added
FROM customer AS c
JOIN site ON site.store_id = CASE
  WHEN c.store_id IN (SELECT store_id FROM site) THEN c.store_id ELSE 0 END
LEFT JOIN staff ON staff.email = LOWER(TRIM(c.email))
