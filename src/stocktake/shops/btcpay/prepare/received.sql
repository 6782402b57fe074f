-- Payments that came in, old rows and new ones in one shape. Old rows keep the amount in the coin's smallest unit
-- and the time in seconds or milliseconds since 1970; new rows have columns. A payment on the chain is named by
-- its transaction and output.
WITH text AS (
  SELECT Id, PaymentMethodId, LOWER(path) AS path, value FROM payment_json
  UNION ALL
  SELECT g.Id, g.PaymentMethodId, LOWER(g.path), g.value
  FROM payment_gzip AS g
  WHERE g._ref NOT IN (SELECT _ref FROM payment_json)
),
told AS (
  SELECT
    Id, COALESCE(PaymentMethodId, '') AS method,
    MAX(CASE WHEN path = 'cryptocode' THEN value END) AS coin,
    MAX(CASE WHEN path = 'cryptopaymentdatatype' THEN value END) AS suffix,
    MAX(CASE WHEN path = 'receivedtime' THEN unix_to_utc(value) END) AS at_seconds,
    MAX(CASE WHEN path = 'receivedtimems' THEN unix_to_utc(TRY_CAST(value AS BIGINT) // 1000) END) AS at_millis,
    MAX(CASE WHEN path IN ('destination', 'cryptopaymentdata/address', 'cryptopaymentdata/bolt11')
      THEN NULLIF(value, '') END) AS destination,
    MAX(CASE WHEN path IN ('outpoint', 'details/outpoint', 'cryptopaymentdata/outpoint') THEN value END)
      AS outpoint,
    MAX(CASE WHEN path IN ('details/transactionid', 'cryptopaymentdata/transactionid') THEN value END)
      AS transaction_id,
    MAX(CASE WHEN path IN ('cryptopaymentdata/value', 'cryptopaymentdata/amount')
      THEN TRY_CAST(value AS DECIMAL(20, 0)) END) AS units,
    MAX(CASE WHEN path = 'cryptopaymentdata/confirmationcount' THEN TRY_CAST(value AS BIGINT) END)
      AS confirmations
  FROM text
  GROUP BY 1, 2
),
shaped AS (
  SELECT
    p.Id, p._ref AS ref, p.InvoiceDataId AS invoice_id, p.Created, p.Amount, p.Status, p.Accounted, t.*
      EXCLUDE (Id, method, coin, suffix),
    UPPER(COALESCE(NULLIF(p.Currency, ''), t.coin, REGEXP_EXTRACT(p.PaymentMethodId, '^([^_-]+)', 1), 'BTC'))
      AS coin,
    COALESCE(k.kind, 'CHAIN') AS kind
  FROM Payments AS p
  LEFT JOIN told AS t ON t.Id = p.Id AND t.method = COALESCE(p.PaymentMethodId, '')
  LEFT JOIN method_kind AS k
    ON k.suffix = LOWER(COALESCE(t.suffix, REGEXP_EXTRACT(p.PaymentMethodId, '[_-](.+)$', 1), ''))
)
SELECT
  s.ref, s.Id AS payment, s.invoice_id, s.coin, s.kind,
  COALESCE(
    s.Amount,
    CASE
      WHEN s.kind IN ('LN', 'LNURL') THEN CAST(s.units * CAST(0.00000000001 AS DECIMAL(11, 11)) AS DECIMAL(38, 18))
      WHEN s.kind = 'LEGACY' THEN CAST(s.units * CAST(0.000000000000000001 AS DECIMAL(18, 18)) AS DECIMAL(38, 18))
      WHEN s.coin = 'XMR' THEN CAST(s.units * CAST(0.000000000001 AS DECIMAL(12, 12)) AS DECIMAL(38, 18))
      ELSE CAST(s.units * CAST(0.00000001 AS DECIMAL(8, 8)) AS DECIMAL(38, 18))
    END
  ) AS coins,
  CASE
    WHEN LOWER(s.Status) = 'settled' THEN 'confirmed'
    WHEN LOWER(s.Status) = 'processing' THEN 'pending'
    WHEN s.Status IS NOT NULL OR s.Accounted IS FALSE THEN 'failed'
    WHEN s.kind <> 'CHAIN' OR s.confirmations IS NULL OR s.confirmations > 0 THEN 'confirmed'
    ELSE 'pending'
  END AS status,
  COALESCE(s.Created, s.at_millis, s.at_seconds) AS at,
  COALESCE(s.destination, p.destination) AS destination,
  CASE WHEN s.kind = 'CHAIN' THEN NULLIF(REGEXP_EXTRACT(
    COALESCE(NULLIF(REGEXP_EXTRACT(s.Id, '^([0-9a-fA-F]{64})', 1), ''), s.outpoint, s.transaction_id, ''),
    '^([0-9a-fA-F]{64})([^0-9a-fA-F]|$)', 1), '') END AS txid
FROM shaped AS s
LEFT JOIN prompt AS p ON p.invoice_id = s.invoice_id AND p.coin = s.coin AND p.kind = s.kind
