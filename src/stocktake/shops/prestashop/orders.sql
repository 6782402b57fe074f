WITH note AS (
  SELECT id_order, MIN_BY(message, id_message) AS note
  FROM message
  WHERE COALESCE(private, 0) = 0 AND COALESCE(id_employee, 0) = 0 AND id_order > 0 AND TRIM(message) <> ''
  GROUP BY id_order
)
SELECT
  o.id AS order_id, o.site_id, o.number, o.account_id, o.placed_at, e.paid_at, e.shipped_at, e.completed_at, o.status,
  o.status_recorded, o.total_products AS subtotal, o.total_shipping_tax_excl AS shipping,
  o.total_discounts_tax_excl AS discount, o.tax, o.total, o.currency,
  COALESCE(note.note, o.gift_message) AS customer_note, o.placed_at_recorded, 'source:' || o.ref AS source_id
FROM shop_order AS o
LEFT JOIN order_event AS e ON e.id_order = o.id_order
LEFT JOIN note ON note.id_order = o.id_order;
