-- Order notes. One for the customer was sent to the buyer; the others only the shop's people could see. The
-- software writes notes in its own name too.
WITH meta AS (
  SELECT comment_id, MAX(CASE WHEN meta_value = '1' THEN 1 ELSE 0 END) AS to_customer
  FROM commentmeta
  WHERE meta_key = 'is_customer_note'
  GROUP BY comment_id
)
SELECT
  'message:' || c._ref AS message_id, site.site_id,
  COALESCE('order ' || o.number, 'order ' || CAST(c.comment_post_ID AS VARCHAR)) AS thread,
  COALESCE(u.account_id, named.account_id) AS from_account_id,
  CASE WHEN meta.to_customer = 1 THEN o.account_id END AS to_account_id,
  o.id AS order_id,
  COALESCE(c.comment_date_gmt, local_to_utc(c.comment_date, COALESCE(site.time_zone, site.case_time_zone)))
    AS at,
  c.comment_content AS body, 'source:' || c._ref AS source_id
FROM comments AS c
CROSS JOIN site
LEFT JOIN meta ON meta.comment_id = c.comment_ID
LEFT JOIN shop_order AS o ON o.order_id = c.comment_post_ID AND o.type = 'shop_order'
LEFT JOIN shop_user AS u ON u.user_id = c.user_id AND u.user_id > 0
LEFT JOIN (
  SELECT user_login, MIN(account_id) AS account_id FROM shop_user GROUP BY user_login
) AS named
  ON named.user_login = CASE WHEN COALESCE(c.user_id, 0) = 0 THEN c.comment_author END
WHERE c.comment_type = 'order_note';
