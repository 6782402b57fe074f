-- Products in force. A variant that says nothing itself has its parent's name, price and state.
WITH text AS (
  SELECT
    t.product_id,
    COALESCE(MAX(CASE WHEN t.language_id = live.language_id THEN NULLIF(t.name, '') END), MIN(NULLIF(t.name, ''))) AS name,
    COALESCE(MAX(CASE WHEN t.language_id = live.language_id THEN NULLIF(t.description, '') END),
      MIN(NULLIF(t.description, ''))) AS description
  FROM product_translation AS t
  CROSS JOIN live
  WHERE COALESCE(t.product_version_id, live.version_id) = live.version_id
  GROUP BY t.product_id
),
shown AS (
  SELECT product_id, MIN(sales_channel_id) AS sales_channel_id FROM product_visibility
  WHERE sales_channel_id IN (SELECT sales_channel_id FROM site) GROUP BY product_id
)
SELECT
  p.id, p.parent_id, 'listing:' || p._ref AS listing_id, p._ref AS ref, site.site_id,
  COALESCE(text.name, above.name, NULLIF(p.product_number, ''))
    || CASE WHEN p.parent_id IS NOT NULL AND text.name IS NULL THEN COALESCE(' (' || p.product_number || ')', '') ELSE '' END
    AS name,
  COALESCE(text.description, above.description) AS description, COALESCE(p.active, q.active) AS active, p.stock,
  COALESCE(own.gross, own_default.gross, up.gross, up_default.gross) AS price,
  CASE WHEN COALESCE(own.gross, up.gross) IS NOT NULL AND (own.gross IS NOT NULL OR own_default.gross IS NULL)
    THEN site.currency ELSE d.iso_code END AS currency,
  p.created_at, p.updated_at
FROM product AS p
JOIN live ON live.version_id = p.version_id
LEFT JOIN product AS q ON q.id = p.parent_id AND q.version_id = live.version_id
LEFT JOIN shown ON shown.product_id = p.id
LEFT JOIN shown AS shown_above ON shown_above.product_id = p.parent_id
JOIN site ON site.sales_channel_id = COALESCE(
  shown.sales_channel_id, shown_above.sales_channel_id, (SELECT MIN(sales_channel_id) FROM site))
LEFT JOIN text ON text.product_id = p.id
LEFT JOIN text AS above ON above.product_id = p.parent_id
LEFT JOIN product_money AS own ON own.kind = 'product' AND own.id = p.id AND own.currency_id = site.currency_id
LEFT JOIN product_money AS own_default
  ON own_default.kind = 'product' AND own_default.id = p.id AND own_default.currency_id = live.currency_id
LEFT JOIN product_money AS up ON up.kind = 'product' AND up.id = p.parent_id AND up.currency_id = site.currency_id
LEFT JOIN product_money AS up_default
  ON up_default.kind = 'product' AND up_default.id = p.parent_id AND up_default.currency_id = live.currency_id
LEFT JOIN currency AS d ON d.id = live.currency_id
