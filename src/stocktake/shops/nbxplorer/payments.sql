-- What came in, by the chain. Where the address was given out for an order, the order's; its worth is then the share of
-- what was asked. The time is when the tracker first saw the transaction.
SELECT
  'payment:' || r.ref AS payment_id, e.order_id, site.site_id, 'crypto' AS method, 'NBXplorer' AS provider,
  CASE WHEN e.coins > 0 AND r.asset_id IS NULL
    THEN round_to(ratio(e.amount * CAST(r.value * CAST(0.00000001 AS DECIMAL(8, 8)) AS DECIMAL(19, 8)), e.coins), 2)
    END AS amount,
  CASE WHEN e.coins > 0 AND r.asset_id IS NULL THEN e.currency END AS currency,
  COALESCE(r.asset_id, r.code) AS asset, r.value * CAST(0.00000001 AS DECIMAL(8, 8)) AS asset_amount, r.address,
  r.tx_id AS txid, r.status, r.at, e.reference,
  CASE WHEN e.order_id IS NULL THEN 'recorded' ELSE 'derived' END AS basis, 'source:' || r.ref AS source_id
FROM receipt AS r
CROSS JOIN site
LEFT JOIN expected AS e ON e.address = r.address;

-- What the wallets sent out, with the fee and without the change. To whom, the tracker does not keep.
SELECT
  'payment:' || t._ref || '/sent' AS payment_id, site.site_id, 'crypto' AS method, 'NBXplorer' AS provider,
  UPPER(t.code) AS asset, -x.sent * CAST(0.00000001 AS DECIMAL(8, 8)) AS asset_amount, t.tx_id AS txid,
  CASE
    WHEN t.blk_id IS NOT NULL THEN 'confirmed'
    WHEN t.replaced_by IS NULL AND COALESCE(t.mempool, TRUE) THEN 'pending'
    ELSE 'failed'
  END AS status,
  t.seen_at AS at, 'derived' AS basis, 'source:' || t._ref AS source_id
FROM txs AS t
CROSS JOIN site
JOIN (
  SELECT code, tx_id, TRY_CAST(sent AS DECIMAL(20, 0)) AS sent FROM own_spending
) AS x ON x.code = t.code AND x.tx_id = t.tx_id;
