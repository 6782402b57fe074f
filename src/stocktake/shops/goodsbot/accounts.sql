SELECT
  b.account_id, site.site_id, b.kind, CAST(b.telegram_id AS VARCHAR) AS username, b.email,
  'Telegram ' || CAST(b.telegram_id AS VARCHAR) AS display_name, b.password_hash, b.registered_at AS created_at,
  b.balance, 'source:' || b.ref AS source_id
FROM buyer AS b
CROSS JOIN site;
