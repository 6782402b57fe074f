-- Customers; PrestaShop keeps a row for each guest too. One with the e-mail address of the shop's own people is
-- theirs, and its orders are tests.
WITH staff AS (SELECT DISTINCT LOWER(email) AS email FROM shop_employee WHERE email IS NOT NULL),
phone AS (
  SELECT id_customer, MAX_BY(COALESCE(NULLIF(phone_mobile, ''), NULLIF(phone, '')), id_address) AS phone
  FROM address
  WHERE COALESCE(NULLIF(phone_mobile, ''), NULLIF(phone, '')) IS NOT NULL
  GROUP BY id_customer
)
SELECT
  c.id_customer, 'account:' || c._ref AS account_id, c._ref AS ref, site.site_id, site.zone,
  CASE WHEN staff.email IS NOT NULL THEN 'staff' WHEN c.is_guest = 1 THEN 'guest' ELSE 'customer' END AS kind,
  CASE WHEN staff.email IS NULL THEN 'recorded' ELSE 'derived' END AS basis,
  NULLIF(TRIM(c.email), '') AS email,
  NULLIF(TRIM(COALESCE(c.firstname, '') || ' ' || COALESCE(c.lastname, '')), '') AS name, phone.phone,
  CASE WHEN c.is_guest = 1 THEN NULL ELSE NULLIF(c.passwd, '') END AS password_hash, c.date_add, c.date_upd,
  NULLIF(TRIM(c.note), '') AS note
FROM customer AS c
JOIN site ON site.id_shop = CASE
  WHEN c.id_shop IN (SELECT id_shop FROM site) THEN c.id_shop ELSE (SELECT MIN(id_shop) FROM site) END
LEFT JOIN staff ON staff.email = LOWER(TRIM(c.email))
LEFT JOIN phone ON phone.id_customer = c.id_customer
