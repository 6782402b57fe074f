-- The bot's users: what they paid in less what they spent is their balance.
SELECT
  u.id, u._ref AS ref, 'account:' || u._ref AS account_id, u.telegram_id, NULLIF(u.telegram_username, '') AS username,
  COALESCE(u.top_up_amount, 0) - COALESCE(u.consume_records, 0) AS balance, u.registered_at, u.btc_address,
  u.ltc_address, u.trx_address, u.eth_address, u.sol_address
FROM users AS u
