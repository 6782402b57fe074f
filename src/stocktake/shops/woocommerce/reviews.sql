WITH meta AS (
  SELECT comment_id, MIN_BY(meta_value, meta_id) AS rating FROM commentmeta WHERE meta_key = 'rating'
  GROUP BY comment_id
)
SELECT
  'review:' || c._ref AS review_id, p.listing_id, u.account_id,
  COALESCE(c.comment_date_gmt, local_to_utc(c.comment_date, COALESCE(site.time_zone, site.case_time_zone)))
    AS at,
  to_money(meta.rating) AS rating, c.comment_content AS body, 'source:' || c._ref AS source_id
FROM comments AS c
CROSS JOIN site
JOIN product AS p ON p.product_id = c.comment_post_ID
LEFT JOIN meta ON meta.comment_id = c.comment_ID
LEFT JOIN shop_user AS u ON u.user_id = c.user_id AND u.user_id > 0
WHERE COALESCE(c.comment_type, '') IN ('', 'comment', 'review') AND c.comment_approved NOT IN ('spam', 'trash');
