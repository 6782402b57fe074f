SELECT
  'payment:' || o.ref AS payment_id, o.order_id, site.site_id, 'crypto' AS method, 'market escrow' AS provider,
  o.total AS amount, 'USD' AS currency, 'XMR' AS asset,
  CASE WHEN o.total_received_xmr > 0 THEN o.total_received_xmr ELSE o.required_xmr_amount END AS asset_amount,
  o.payment_address AS address,
  CASE WHEN o.is_paid THEN 'confirmed' WHEN o.status = 'cancelled' THEN 'failed' ELSE 'pending' END AS status,
  COALESCE(o.paid_at, o.created_at) AS at, 'source:' || o.ref AS source_id
FROM placed_order AS o
CROSS JOIN site;

-- What went back to the buyer, worth what the order's own rate says.
SELECT
  'payment:' || o.ref || '/refund' AS payment_id, o.order_id, site.site_id, 'crypto' AS method,
  'market escrow' AS provider, -round_to(CAST(o.buyer_refund_amount * o.xmr_usd_rate AS DECIMAL(38, 12)), 2) AS amount,
  'USD' AS currency, 'XMR' AS asset, -o.buyer_refund_amount AS asset_amount, o.buyer_refund_address AS address,
  'refunded' AS status, COALESCE(o.buyer_refund_at, o.created_at) AS at, 'derived' AS basis, 'source:' || o.ref AS source_id
FROM placed_order AS o
CROSS JOIN site
WHERE o.buyer_refund_amount > 0;

-- What the market paid the vendor. It is no payment of the order: the order's number is its reference.
SELECT
  'payment:' || o.ref || '/vendor' AS payment_id, site.site_id, 'crypto' AS method, 'payout to vendor' AS provider,
  'XMR' AS asset, -o.vendor_payment_amount AS asset_amount, o.vendor_payment_address AS address, 'confirmed' AS status,
  COALESCE(o.vendor_payment_at, o.completed_at) AS at, o.unique_url AS reference, 'source:' || o.ref AS source_id
FROM placed_order AS o
CROSS JOIN site
WHERE o.vendor_payment_amount > 0;

-- What vendors paid to become vendors.
SELECT
  'payment:' || v._ref AS payment_id, site.site_id, 'crypto' AS method, 'vendor bond' AS provider, 'XMR' AS asset,
  v.total_received AS asset_amount, v.address, CASE WHEN v.total_received > 0 THEN 'confirmed' ELSE 'pending' END AS status,
  v.created_at AS at, 'source:' || v._ref AS source_id
FROM vendor_payment_subaddresses AS v
CROSS JOIN site;
