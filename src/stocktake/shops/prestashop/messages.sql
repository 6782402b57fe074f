-- Threads between customers and the shop; a private message is a note between the shop's people.
SELECT
  'message:' || m._ref AS message_id, COALESCE(o.site_id, c.site_id, site.site_id) AS site_id,
  'thread ' || CAST(t.id_customer_thread AS VARCHAR) AS thread,
  CASE WHEN m.id_employee > 0 THEN e.account_id ELSE COALESCE(c.account_id, o.account_id) END AS from_account_id,
  CASE WHEN m.id_employee > 0 AND COALESCE(m.private, 0) = 0 THEN COALESCE(c.account_id, o.account_id) END
    AS to_account_id,
  o.id AS order_id, local_to_utc(m.date_add, COALESCE(o.zone, c.zone, site.zone)) AS at,
  CASE WHEN m.private = 1 THEN 'private note' END AS subject, m.message AS body, 'source:' || m._ref AS source_id
FROM customer_message AS m
JOIN customer_thread AS t ON t.id_customer_thread = m.id_customer_thread
JOIN site ON site.id_shop = CASE
  WHEN t.id_shop IN (SELECT id_shop FROM site) THEN t.id_shop ELSE (SELECT MIN(id_shop) FROM site) END
LEFT JOIN shop_order AS o ON o.id_order = t.id_order AND t.id_order > 0
LEFT JOIN shop_customer AS c ON c.id_customer = t.id_customer AND t.id_customer > 0
LEFT JOIN shop_employee AS e ON e.id_employee = m.id_employee
WHERE TRIM(m.message) <> '';

-- Messages beside orders and baskets, the older way.
SELECT
  'message:' || m._ref AS message_id, COALESCE(o.site_id, c.site_id, site.site_id) AS site_id,
  'order ' || CAST(m.id_order AS VARCHAR) AS thread,
  CASE WHEN m.id_employee > 0 THEN e.account_id ELSE COALESCE(c.account_id, o.account_id) END AS from_account_id,
  CASE WHEN m.id_employee > 0 AND COALESCE(m.private, 0) = 0 THEN COALESCE(c.account_id, o.account_id) END
    AS to_account_id,
  o.id AS order_id, local_to_utc(m.date_add, COALESCE(o.zone, c.zone, site.zone)) AS at,
  CASE WHEN m.private = 1 THEN 'private note' END AS subject, m.message AS body, 'source:' || m._ref AS source_id
FROM message AS m
JOIN site ON site.id_shop = (SELECT MIN(id_shop) FROM site)
LEFT JOIN shop_order AS o ON o.id_order = m.id_order AND m.id_order > 0
LEFT JOIN shop_customer AS c ON c.id_customer = m.id_customer AND m.id_customer > 0
LEFT JOIN shop_employee AS e ON e.id_employee = m.id_employee
WHERE TRIM(m.message) <> '';

-- What buyers wrote when they sent something back.
SELECT
  'message:' || r._ref AS message_id, o.site_id, 'return ' || CAST(r.id_order_return AS VARCHAR) AS thread,
  o.account_id AS from_account_id, o.id AS order_id, local_to_utc(r.date_add, o.zone) AS at, r.question AS body,
  'source:' || r._ref AS source_id
FROM order_return AS r
JOIN shop_order AS o ON o.id_order = r.id_order
WHERE TRIM(r.question) <> '';

-- What the shop's people noted about a customer.
SELECT
  'message:' || c.ref AS message_id, c.site_id, 'customer ' || CAST(c.id_customer AS VARCHAR) AS thread,
  'note on ' || COALESCE(c.name, c.email) AS subject, c.note AS body, 'source:' || c.ref AS source_id
FROM shop_customer AS c
WHERE c.note IS NOT NULL;

-- Mails that the shop sent: whom to, and what about. Their text is not kept.
SELECT
  'message:' || m._ref AS message_id, site.site_id, 'mail to ' || m.recipient AS thread, c.account_id AS to_account_id,
  m.date_add AS at, m.subject, 'source:' || m._ref AS source_id
FROM mail AS m
JOIN site ON site.id_shop = (SELECT MIN(id_shop) FROM site)
LEFT JOIN (
  SELECT LOWER(email) AS email, MIN_BY(account_id, id_customer) AS account_id FROM shop_customer GROUP BY LOWER(email)
) AS c ON c.email = LOWER(TRIM(m.recipient))
WHERE TRIM(m.recipient) <> '';
