-- A network that nothing in the file shows.
SELECT
  'info' AS severity,
  'Nothing in this wallet shows its network: addresses were derived as those of ' || w.network || '.' AS message,
  'source:' || w._ref AS source_id
FROM wallets AS w
WHERE w.network_basis = 'assumed';
