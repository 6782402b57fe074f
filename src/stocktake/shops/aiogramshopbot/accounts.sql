-- The number is the account's own and stays; a name may change hands.
SELECT
  b.account_id, site.site_id, 'customer' AS kind, COALESCE(b.username, CAST(b.telegram_id AS VARCHAR)) AS username,
  'Telegram ' || CAST(b.telegram_id AS VARCHAR) AS display_name, b.registered_at AS created_at, b.balance,
  'source:' || b.ref AS source_id
FROM buyer AS b
CROSS JOIN site;
