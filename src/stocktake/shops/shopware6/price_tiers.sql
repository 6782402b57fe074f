-- Advanced prices: from and to a quantity, for whom a rule fits, in each currency that they state; with tax.
SELECT
  p.listing_id, p.site_id, t.quantity_start AS min_quantity, t.quantity_end AS max_quantity, m.gross AS price,
  'unit' AS price_kind, c.iso_code AS currency, r.name AS customer_group, 'source:' || t._ref AS source_id
FROM product_price AS t
JOIN live ON live.version_id = t.version_id
JOIN product_text AS p ON p.id = t.product_id
JOIN product_money AS m ON m.kind = 'tier' AND m.id = t.id
LEFT JOIN currency AS c ON c.id = m.currency_id
LEFT JOIN rule AS r ON r.id = t.rule_id
WHERE m.gross IS NOT NULL;
