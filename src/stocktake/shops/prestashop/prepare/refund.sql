-- What each credit slip gives back, with tax. `amount` is the price of the products, with or without tax as the
-- shop shows prices, or a sum that was chosen by hand (type 2); until 1.6.0 only the slip's lines have the tax.
SELECT
  r._ref AS ref, o.id_order, o.id, o.site_id, o.method, o.provider, o.currency,
  local_to_utc(r.date_add, o.zone) AS happened_at,
  CASE
    WHEN r.total_products_tax_incl IS NULL
      THEN COALESCE(d.amount + COALESCE(r.shipping_cost_amount, 0), NULLIF(r.amount, 0))
    WHEN r.order_slip_type = 2 AND r.amount > 0 AND ABS(r.amount - r.total_products_tax_incl) >= 0.01
      AND ABS(r.amount - COALESCE(r.total_products_tax_excl, 0)) >= 0.01
      THEN r.amount + COALESCE(r.shipping_cost_amount, 0)
    ELSE r.total_products_tax_incl + COALESCE(r.total_shipping_tax_incl, r.shipping_cost_amount, 0)
  END AS amount,
  CASE WHEN r.total_products_tax_incl IS NULL THEN 'derived' ELSE 'recorded' END AS basis
FROM order_slip AS r
JOIN shop_order AS o ON o.id_order = r.id_order
LEFT JOIN (
  SELECT id_order_slip, SUM(amount_tax_incl) AS amount FROM order_slip_detail GROUP BY id_order_slip
) AS d ON d.id_order_slip = r.id_order_slip
