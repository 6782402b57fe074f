-- Which order each recorded payment is of: the one that its invoice names, else the first of its reference. Coins
-- that the Blockonomics module confirmed are taken from its own table, and their payment not again.
SELECT
  p._ref AS ref, p.id_order_payment, o.id_order, o.reference,
  EXISTS (
    SELECT 1 FROM blockonomics_bitcoin_orders AS b WHERE b.id_order = o.id_order AND b.status >= 2
  ) AS is_in_coins
FROM order_payment AS p
LEFT JOIN (
  SELECT id_order_payment, MAX(id_order) AS id_order FROM order_invoice_payment GROUP BY id_order_payment
) AS i ON i.id_order_payment = p.id_order_payment
LEFT JOIN (
  SELECT reference, MIN(id_order) AS id_order FROM shop_order GROUP BY reference
) AS r ON r.reference = TRIM(p.order_reference)
JOIN shop_order AS o ON o.id_order = COALESCE(i.id_order, r.id_order)
