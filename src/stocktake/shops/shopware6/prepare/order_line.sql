-- Lines in force; what was chosen of a product, and which lines take something off.
WITH choice AS (
  SELECT
    id, k2, MAX(CASE WHEN k3 = 'group' THEN value END) AS label, MAX(CASE WHEN k3 = 'option' THEN value END) AS value
  FROM line_payload AS l
  JOIN live ON live.version_id = l.version_id
  WHERE k1 = 'options'
  GROUP BY id, k2
),
chosen AS (
  SELECT id, STRING_AGG(label || ': ' || value, ', ' ORDER BY LENGTH(k2), k2) AS variation
  FROM choice WHERE label <> '' AND value <> '' GROUP BY id
)
SELECT
  l.id, l._ref AS ref, l.order_id, l.product_id, l.label, l.quantity, c.variation, m.unit, m.total,
  l.parent_id IS NOT NULL AS is_part,
  COALESCE(l.type, '') IN ('promotion', 'discount', 'credit') OR m.total < 0 AS is_discount
FROM order_line_item AS l
JOIN live ON live.version_id = l.version_id
LEFT JOIN chosen AS c ON c.id = l.id
LEFT JOIN money_of AS m ON m.kind = 'line' AND m.id = l.id
