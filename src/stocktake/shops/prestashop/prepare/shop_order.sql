-- Orders, in the currency that the buyer chose. Where a purchase was split, its parts share a reference and are
-- numbered, as the software does itself.
WITH numbered AS (
  SELECT
    o.*, NULLIF(TRIM(o.reference), '') AS own_reference,
    ROW_NUMBER() OVER (PARTITION BY o.reference ORDER BY o.id_order) AS part,
    COUNT(*) OVER (PARTITION BY o.reference) AS parts
  FROM orders AS o
)
SELECT
  o.id_order, 'order:' || o._ref AS id, o._ref AS ref, site.site_id, site.zone, site.time_zone, site.weight_unit,
  CASE
    WHEN o.own_reference IS NULL THEN CAST(o.id_order AS VARCHAR)
    WHEN o.parts > 1 THEN o.own_reference || '#' || CAST(o.part AS VARCHAR)
    ELSE o.own_reference
  END AS number,
  o.own_reference AS reference, COALESCE(c.iso_code, site.currency) AS currency,
  CASE WHEN o.total_paid_tax_incl <> 0 THEN o.total_paid_tax_incl ELSE COALESCE(o.total_paid, o.total_paid_tax_incl)
    END AS total,
  o.total_text AS total_recorded, o.total_products, o.total_shipping_tax_excl, o.total_discounts_tax_excl,
  o.total_paid_tax_incl - o.total_paid_tax_excl AS tax,
  s.name AS status_recorded, COALESCE(s.status, 'unknown') AS status, COALESCE(s.is_guessed, TRUE) AS is_guessed,
  local_to_utc(o.date_add, site.zone) AS placed_at,
  CASE WHEN site.time_zone IS NULL THEN CAST(o.date_add AS VARCHAR) END AS placed_at_recorded,
  COALESCE(
    a.account_id,
    CASE WHEN o.id_customer > 0
      THEN 'account:'
        || COALESCE((SELECT MIN(ref) FROM shop_table WHERE name = 'customer'), shop.ref || 'customer')
        || '/' || CAST(o.id_customer AS VARCHAR) END
  ) AS account_id,
  a.account_id IS NULL AND o.id_customer > 0 AS is_gone,
  COALESCE(m.method, t.method, 'other') AS method,
  COALESCE(m.provider, t.provider, NULLIF(o.payment, ''), NULLIF(o.module, '')) AS provider,
  COALESCE(m.asset, t.asset) AS asset, o.module, o.payment, NULLIF(TRIM(o.gift_message), '') AS gift_message,
  o.id_carrier, NULLIF(TRIM(o.shipping_number), '') AS shipping_number, o.id_address_delivery,
  o.id_address_invoice
FROM numbered AS o
CROSS JOIN shop
JOIN site ON site.id_shop = COALESCE(o.id_shop, 1)
LEFT JOIN currency AS c ON c.id_currency = o.id_currency
LEFT JOIN order_status AS s ON s.id_order_state = o.current_state
LEFT JOIN shop_customer AS a ON a.id_customer = o.id_customer AND a.id_customer > 0
LEFT JOIN payment_method AS m ON m.code = o.module
LEFT JOIN payment_method AS t ON t.code = o.payment
