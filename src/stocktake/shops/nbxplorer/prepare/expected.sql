-- What shops and processors of the case asked for at each address: the order, and how many coins for how much money.
SELECT
  address, CASE WHEN COUNT(DISTINCT order_id) = 1 THEN MIN(order_id) END AS order_id,
  CASE WHEN COUNT(*) = 1 THEN MIN(TRY_CAST(amount AS DECIMAL(15, 4))) END AS amount,
  CASE WHEN COUNT(*) = 1 THEN MIN(TRY_CAST(asset_amount AS DECIMAL(19, 8))) END AS coins,
  MIN(currency) AS currency, MIN(reference) AS reference
FROM case_payments
WHERE address IS NOT NULL AND order_id IS NOT NULL AND amount > 0
GROUP BY address
