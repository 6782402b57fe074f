-- Brand and last four digits of the saved card that an order was paid with: by the order's token, or by the
-- token's own name at the processor.
WITH card AS (
  SELECT
    t.token_id, t.token,
    MAX(CASE WHEN m.meta_key = 'last4' THEN m.meta_value END) AS last4,
    MAX(CASE WHEN m.meta_key = 'card_type' THEN m.meta_value END) AS brand
  FROM woocommerce_payment_tokens AS t
  JOIN woocommerce_payment_tokenmeta AS m ON m.payment_token_id = t.token_id
  GROUP BY t.token_id, t.token
),
named AS (
  SELECT o.order_id, TRY_CAST(t.value AS BIGINT) AS token_id
  FROM post_token AS t JOIN shop_order AS o ON o.order_id = t.post_id AND o.store = 'posts'
  UNION ALL
  SELECT o.order_id, TRY_CAST(t.value AS BIGINT)
  FROM order_token AS t JOIN shop_order AS o ON o.order_id = t.order_id AND o.store = 'wc_orders'
),
found AS (
  SELECT named.order_id, card.token_id, card.last4, card.brand
  FROM named JOIN card ON card.token_id = named.token_id
  UNION ALL
  SELECT o.order_id, card.token_id, card.last4, card.brand
  FROM shop_order AS o JOIN card ON card.token = o.stripe_source
  WHERE o.stripe_source <> ''
)
SELECT order_id, MAX_BY(last4, token_id) AS last4, MAX_BY(brand, token_id) AS brand
FROM found
WHERE last4 IS NOT NULL
GROUP BY order_id
