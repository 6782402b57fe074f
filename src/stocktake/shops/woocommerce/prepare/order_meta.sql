-- The meta of each order in one row. Where a key is there twice, WordPress reads the first, and so does this.
SELECT
  order_id,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_order_total') AS total,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_order_currency') AS currency,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_order_tax') AS tax,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_order_shipping') AS shipping,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_order_shipping_tax') AS shipping_tax,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_cart_discount') AS discount,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_customer_user') AS customer_id,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_payment_method') AS method,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_payment_method_title') AS method_title,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_transaction_id') AS txid,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_date_paid') AS date_paid,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_date_completed') AS date_completed,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_paid_date') AS paid_date,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_completed_date') AS completed_date,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_customer_ip_address') AS ip,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_customer_user_agent') AS user_agent,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_order_number') AS number,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_order_number_formatted') AS number_formatted,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_refund_amount') AS refund_amount,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_billing_first_name') AS billing_first_name,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_billing_last_name') AS billing_last_name,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_billing_company') AS billing_company,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_billing_address_1') AS billing_address_1,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_billing_address_2') AS billing_address_2,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_billing_city') AS billing_city,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_billing_state') AS billing_state,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_billing_postcode') AS billing_postcode,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_billing_country') AS billing_country,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_billing_email') AS billing_email,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_billing_phone') AS billing_phone,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_shipping_first_name') AS shipping_first_name,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_shipping_last_name') AS shipping_last_name,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_shipping_company') AS shipping_company,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_shipping_address_1') AS shipping_address_1,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_shipping_address_2') AS shipping_address_2,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_shipping_city') AS shipping_city,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_shipping_state') AS shipping_state,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_shipping_postcode') AS shipping_postcode,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_shipping_country') AS shipping_country,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_shipping_phone') AS shipping_phone,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_stripe_intent_id') AS stripe_intent,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = 'BTCPay_id') AS btcpay_invoice,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_stripe_source_id') AS stripe_source,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_card_last4') AS card_last4,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = 'last4') AS last4,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_card_brand') AS card_brand_1,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = 'card_brand') AS card_brand_2,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_tracking_number') AS tracking_number,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_tracking_provider') AS tracking_provider,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_date_shipped') AS date_shipped,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = 'ywot_tracking_code') AS ywot_code,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = 'ywot_carrier_name') AS ywot_carrier,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = 'ywot_carrier_id') AS ywot_carrier_id,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = 'ywot_pick_up_date') AS ywot_date,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_aftership_tracking_number') AS aftership_number,
  MIN_BY(meta_value, meta_id) FILTER (WHERE meta_key = '_aftership_tracking_provider_name') AS aftership_provider,
  MIN_BY(_ref, meta_id) FILTER (WHERE meta_key = '_order_total') AS total_ref,
  MIN_BY(_ref, meta_id) FILTER (WHERE meta_key = '_billing_address_1') AS billing_ref,
  MIN_BY(_ref, meta_id) FILTER (WHERE meta_key = '_shipping_address_1') AS shipping_ref,
  MIN_BY(_ref, meta_id) FILTER (WHERE meta_key = '_tracking_number') AS tracking_ref,
  MIN_BY(_ref, meta_id) FILTER (WHERE meta_key = 'ywot_tracking_code') AS ywot_ref,
  MIN_BY(_ref, meta_id) FILTER (WHERE meta_key = '_aftership_tracking_number') AS aftership_ref
FROM (
  SELECT m.post_id AS order_id, m.meta_id, m.meta_key, m.meta_value, m._ref
  FROM postmeta AS m
  JOIN recorded_order AS o ON o.order_id = m.post_id AND o.store = 'posts'
  WHERE m.meta_key IN (SELECT meta_key FROM order_key)
  UNION ALL
  SELECT m.order_id, m.id, m.meta_key, m.meta_value, m._ref
  FROM wc_orders_meta AS m
  JOIN recorded_order AS o ON o.order_id = m.order_id AND o.store = 'wc_orders'
  WHERE m.meta_key IN (SELECT meta_key FROM order_key)
)
GROUP BY order_id
