-- The tracker: it watches the chain for a payment processor's wallets.
SELECT
  'site:' || shop.ref || 'scripts' AS site_id, shop.database,
  COALESCE((SELECT MIN(_ref) FROM scripts), (SELECT MIN(_ref) FROM txs), (SELECT MIN(_ref) FROM descriptors)) AS ref
FROM shop
