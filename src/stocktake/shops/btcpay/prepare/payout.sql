-- Payouts: what the operator sent out, and which of it gave an invoice's money back.
WITH pull AS (
  SELECT
    p.Id, p.StoreId, UPPER(COALESCE(NULLIF(p.Currency, ''), MAX(CASE WHEN LOWER(j.path) = 'currency' THEN j.value END)))
      AS currency
  FROM PullPayments AS p
  LEFT JOIN pull_json AS j ON j.Id = p.Id
  GROUP BY p.Id, p.StoreId, p.Currency
),
linked AS (
  SELECT
    CASE WHEN AType = 'payout' THEN AId ELSE BId END AS payout_id,
    MIN(CASE WHEN AType = 'tx' THEN AId ELSE BId END) AS txid
  FROM WalletObjectLinks
  WHERE (AType = 'tx' AND BType = 'payout') OR (AType = 'payout' AND BType = 'tx')
  GROUP BY 1
)
SELECT
  p._ref AS ref, p.Id AS payout_id, r.InvoiceDataId AS invoice_id, site.site_id, p.Date AS at, p.State AS state,
  UPPER(COALESCE(NULLIF(p.Currency, ''), REGEXP_EXTRACT(p.PayoutMethodId, '^([^_-]+)', 1))) AS coin,
  COALESCE(p.Amount, t.coins) AS coins, COALESCE(p.OriginalAmount, t.amount) AS amount,
  UPPER(COALESCE(NULLIF(p.OriginalCurrency, ''), pull.currency)) AS currency,
  COALESCE(t.destination, NULLIF(p.Destination, '')) AS destination, COALESCE(t.txid, l.txid) AS txid
FROM Payouts AS p
LEFT JOIN payout_text AS t ON t.Id = p.Id
LEFT JOIN pull ON pull.Id = p.PullPaymentDataId
LEFT JOIN Refunds AS r ON r.PullPaymentDataId = p.PullPaymentDataId
LEFT JOIN linked AS l ON l.payout_id = p.Id
LEFT JOIN site ON site.store_id = COALESCE(p.StoreDataId, pull.StoreId)
