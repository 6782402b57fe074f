-- Coins that users paid in, in whole coins.
SELECT
  d.id, d._ref AS ref, d.user_id, COALESCE(c.asset, UPPER(COALESCE(NULLIF(d.token_name, ''), d.network))) AS asset,
  CASE WHEN c.unit IS NOT NULL
    THEN CAST(TRY_CAST(d.amount AS DECIMAL(20, 0)) * CAST(c.unit AS DECIMAL(18, 18)) AS DECIMAL(38, 18)) END AS coins,
  d.fiat_amount, d.tx_id, d.deposit_datetime, LOWER(d.network) AS network
FROM deposits AS d
LEFT JOIN coin AS c ON c.name = LOWER(COALESCE(NULLIF(d.token_name, ''), d.network))
