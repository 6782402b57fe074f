-- Each row is an order of one thing, handed over at once. Times are of the bot's own clock unless they have a zone.
SELECT
  b.id, b._ref AS ref, 'order:' || b._ref AS order_id, b.item_name, b.price, b.unique_id,
  CASE WHEN b.buyer_id > 0
    THEN COALESCE(u.account_id, 'account:' || site.users_ref || '/' || CAST(b.buyer_id AS VARCHAR)) END AS account_id,
  CASE
    WHEN b.bought_datetime LIKE '%+00' THEN TRY_CAST(SUBSTR(b.bought_datetime, 1, LENGTH(b.bought_datetime) - 3)
      AS TIMESTAMP)
    ELSE local_to_utc(TRY_CAST(b.bought_datetime AS TIMESTAMP), site.case_time_zone)
  END AS placed_at,
  CASE WHEN b.bought_datetime NOT LIKE '%+00' THEN b.bought_datetime END AS placed_at_recorded,
  NULLIF(b.customer_email, '') AS email, g.listing_id
FROM bought_goods AS b
CROSS JOIN site
LEFT JOIN buyer AS u ON u.telegram_id = b.buyer_id
LEFT JOIN (SELECT name, MIN('listing:' || _ref) AS listing_id FROM goods GROUP BY name) AS g ON g.name = b.item_name
