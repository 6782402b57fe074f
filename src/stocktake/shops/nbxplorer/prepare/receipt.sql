-- Coins that came in from elsewhere at an address of the wallets.
SELECT
  o._ref AS ref, UPPER(o.code) AS code, o.tx_id, s.addr AS address, o.value, NULLIF(o.asset_id, '') AS asset_id,
  CASE
    WHEN t.blk_id IS NOT NULL THEN 'confirmed'
    WHEN t.replaced_by IS NULL AND COALESCE(t.mempool, TRUE) THEN 'pending'
    ELSE 'failed'
  END AS status,
  t.seen_at AS at
FROM outs AS o
LEFT JOIN scripts AS s ON s.code = o.code AND s.script = o.script
LEFT JOIN txs AS t ON t.code = o.code AND t.tx_id = o.tx_id
LEFT JOIN own_spending AS x ON x.code = o.code AND x.tx_id = o.tx_id
WHERE x.tx_id IS NULL
