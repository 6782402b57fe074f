-- Purchases are paid from the balance.
SELECT
  'payment:' || b.ref AS payment_id, b.order_id, site.site_id, 'balance' AS method, 'balance with the bot' AS provider,
  b.total_price AS amount, 'confirmed' AS status, b.buy_datetime AS at, 'source:' || b.ref AS source_id
FROM bought AS b
CROSS JOIN site;

-- What filled the balance; it counts when it is spent.
SELECT
  'payment:' || d.ref AS payment_id, site.site_id, 'crypto' AS method, d.fiat_amount AS amount, d.asset,
  d.coins AS asset_amount,
  CASE d.network
    WHEN 'btc' THEN u.btc_address WHEN 'ltc' THEN u.ltc_address WHEN 'trx' THEN u.trx_address
    WHEN 'eth' THEN u.eth_address WHEN 'sol' THEN u.sol_address
  END AS address,
  d.tx_id AS txid, 'confirmed' AS status, d.deposit_datetime AS at, 'source:' || d.ref AS source_id
FROM top_up AS d
CROSS JOIN site
LEFT JOIN buyer AS u ON u.id = d.user_id;

-- Payments that the processor was asked for and that nobody made.
SELECT
  'payment:' || p._ref AS payment_id, site.site_id, 'crypto' AS method, p.processing_payment_id AS reference,
  'failed' AS status, p.expire_datetime AS at, 'source:' || p._ref AS source_id
FROM payments AS p
CROSS JOIN site
WHERE NOT COALESCE(p.is_paid, FALSE);
