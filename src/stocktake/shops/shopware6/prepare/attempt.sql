-- Attempts to pay an order, in force. What the processor calls it stands among the fields that its plug-in adds.
SELECT
  t.id, t.order_id, t._ref AS ref, s.state, COALESCE(p.status, 'pending') AS status, p.status IS NULL AS is_unknown,
  COALESCE(m.method, 'other') AS method, m.provider, m.asset, a.total AS amount, f.txid, t.created_at,
  paid.first_at AS paid_at, back.last_at AS back_at, back.ref AS back_ref,
  ROW_NUMBER() OVER (
    PARTITION BY t.order_id ORDER BY CASE WHEN s.state IN ('failed', 'cancelled') THEN 1 ELSE 0 END, t.created_at DESC, t.id
  ) AS place
FROM order_transaction AS t
JOIN live ON live.version_id = t.version_id
LEFT JOIN state_of AS s ON s.id = t.state_id
LEFT JOIN payment_state AS p ON p.state = s.state
LEFT JOIN paid_with AS m ON m.id = t.payment_method_id
LEFT JOIN money_of AS a ON a.kind = 'transaction' AND a.id = t.id
LEFT JOIN (
  SELECT id, MIN(value) AS txid FROM transaction_field
  WHERE value <> '' AND (LOWER(path) LIKE '%transaction_id' OR LOWER(path) LIKE '%transactionid'
    OR LOWER(path) LIKE '%resource_id' OR LOWER(path) LIKE '%payment_id' OR LOWER(path) LIKE '%payment_intent%')
  GROUP BY id
) AS f ON f.id = t.id
LEFT JOIN (
  SELECT id, MIN(first_at) AS first_at FROM state_change WHERE state IN ('paid', 'paid_partially') GROUP BY id
) AS paid ON paid.id = t.id
LEFT JOIN (
  SELECT id, MAX(last_at) AS last_at, MAX_BY(ref, last_at) AS ref FROM state_change
  WHERE state IN ('refunded', 'chargeback') GROUP BY id
) AS back ON back.id = t.id
