-- Coins go to the purchase's own address, in escrow or (type fe) released early. That they came is shown by its state:
-- a purchase can't be sent before.
SELECT
  'payment:' || x.ref AS payment_id, x.order_id, site.site_id, 'crypto' AS method,
  CASE WHEN x.type = 'fe' THEN 'market, finalised early' ELSE 'market escrow' END AS provider, x.total AS amount,
  x.asset, x.to_pay AS asset_amount, x.address,
  CASE
    WHEN x.status IN ('shipped', 'completed', 'disputed') THEN 'confirmed' WHEN x.status = 'cancelled' THEN 'failed'
    ELSE 'pending'
  END AS status,
  x.created_at AS at, 'derived' AS basis, 'source:' || x.ref AS source_id
FROM purchase AS x
CROSS JOIN site;

-- What vendors paid to become vendors.
SELECT
  'payment:' || v._ref AS payment_id, site.site_id, 'crypto' AS method, 'vendor bond' AS provider,
  UPPER(v.coin) AS asset, v.amount AS asset_amount, v.address, CASE WHEN v.amount > 0 THEN 'confirmed' ELSE 'pending' END
    AS status,
  v.created_at AS at, 'source:' || v._ref AS source_id
FROM vendor_purchases AS v
CROSS JOIN site;
