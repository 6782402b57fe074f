-- Customers. One with the e-mail address of the shop's own people is theirs, and its orders are tests.
WITH staff AS (SELECT DISTINCT LOWER(email) AS email FROM shop_user WHERE email IS NOT NULL),
phone AS (
  SELECT customer_id, MAX_BY(telephone, entity_id) AS phone
  FROM address_value WHERE telephone <> '' GROUP BY customer_id
),
login AS (SELECT customer_id, MAX(last_login_at) AS at FROM customer_log GROUP BY customer_id)
SELECT
  c.entity_id AS customer_id, 'account:' || c._ref AS account_id, c._ref AS ref, site.site_id, site.currency,
  CASE WHEN staff.email IS NULL THEN 'customer' ELSE 'staff' END AS kind,
  CASE WHEN staff.email IS NULL THEN 'recorded' ELSE 'derived' END AS basis,
  NULLIF(TRIM(c.email), '') AS email,
  NULLIF(TRIM(COALESCE(c.firstname, v.firstname, '') || ' ' || COALESCE(c.lastname, v.lastname, '')), '') AS name,
  phone.phone, NULLIF(COALESCE(c.password_hash, v.password_hash), '') AS password_hash, c.created_at, login.at AS login_at
FROM customer_entity AS c
JOIN site ON site.website_id = CASE
  WHEN c.website_id IN (SELECT website_id FROM site) THEN c.website_id
  ELSE (SELECT MAX(website_id) FROM store_view WHERE store_id IS NULL) END
LEFT JOIN customer_value AS v ON v.entity_id = c.entity_id
LEFT JOIN staff ON staff.email = LOWER(TRIM(c.email))
LEFT JOIN phone ON phone.customer_id = c.entity_id
LEFT JOIN login ON login.customer_id = c.entity_id
