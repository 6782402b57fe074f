-- Three marks from 1 to 5; the rating is their mean.
SELECT
  'review:' || f._ref AS review_id, p.listing_id, x.order_id,
  COALESCE(m.account_id, CASE WHEN f.buyer_id <> '' THEN 'account:' || site.users_ref || '/' || f.buyer_id END)
    AS account_id,
  f.created_at AS at,
  ratio(CAST(f.quality_rate + f.communication_rate + f.shipping_rate AS DECIMAL(18, 2)), CAST(3 AS DECIMAL(18, 2)))
    AS rating,
  CONCAT_WS(': ', f.type, f.comment) AS body, 'derived' AS basis, 'source:' || f._ref AS source_id
FROM feedback AS f
CROSS JOIN site
LEFT JOIN product AS p ON p.id = f.product_id
LEFT JOIN (SELECT feedback_id, MIN(order_id) AS order_id FROM purchase WHERE feedback_id <> '' GROUP BY 1) AS x
  ON x.feedback_id = f.id
LEFT JOIN member AS m ON m.id = f.buyer_id;
