SELECT
  c.account_id, c.site_id, c.kind, c.email, c.name AS display_name, c.phone, c.password_hash,
  local_to_utc(c.date_add, c.zone) AS created_at, c.basis, 'source:' || c.ref AS source_id
FROM shop_customer AS c;

SELECT
  e.account_id, site.site_id, e.kind, e.email, e.name AS display_name, e.password_hash,
  'source:' || e.ref AS source_id
FROM shop_employee AS e
JOIN site ON site.id_shop = (SELECT MIN(id_shop) FROM site);

-- An account that orders name and that is no longer there, as the address of its last order names its holder.
SELECT
  o.account_id, MIN(o.site_id) AS site_id, 'customer' AS kind,
  MAX_BY(a.name, o.id_order) FILTER (WHERE a.name IS NOT NULL) AS display_name,
  MAX_BY(a.phone, o.id_order) FILTER (WHERE a.phone IS NOT NULL) AS phone, 'derived' AS basis,
  'source:' || MAX_BY(o.ref, o.id_order) AS source_id
FROM shop_order AS o
LEFT JOIN order_address AS a ON a.id_address = o.id_address_invoice
WHERE o.is_gone
GROUP BY o.account_id;
