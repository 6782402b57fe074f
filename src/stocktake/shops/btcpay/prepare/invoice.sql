-- Invoices with what was asked for, what they are for, and the buyer.
WITH told AS (
  SELECT
    Id,
    MAX(CASE WHEN path IN ('metadata/orderId', 'orderId') THEN NULLIF(value, '') END) AS order_number,
    MAX(CASE WHEN path IN ('metadata/itemCode', 'productInformation/itemCode') THEN NULLIF(value, '') END)
      AS item_code,
    MAX(CASE WHEN path IN ('metadata/itemDesc', 'productInformation/itemDesc') THEN NULLIF(value, '') END)
      AS item_title,
    MAX(CASE WHEN path = 'metadata/paymentRequestId' THEN NULLIF(value, '') END) AS request_id,
    MAX(CASE WHEN k1 = 'internalTags' AND value LIKE 'PAYREQ#%' THEN SUBSTR(value, 8) END) AS tagged_request,
    MAX(CASE WHEN k1 = 'internalTags' AND value LIKE 'APP#%' THEN SUBSTR(value, 5) END) AS app_id,
    MAX(CASE WHEN path IN ('price', 'productInformation/price') THEN to_money(value) END) AS price,
    MAX(CASE WHEN path IN ('currency', 'productInformation/currency') THEN NULLIF(value, '') END) AS currency,
    MAX(CASE WHEN path = 'type' THEN value END) AS kind,
    MAX(CASE WHEN path IN ('metadata/buyerName', 'buyerInformation/buyerName') THEN NULLIF(value, '') END)
      AS buyer_name,
    MAX(CASE WHEN path IN ('metadata/buyerEmail', 'buyerInformation/buyerEmail', 'customerEmail', 'refundMail')
      THEN NULLIF(value, '') END) AS buyer_email,
    MAX(CASE WHEN path IN ('metadata/buyerPhone', 'buyerInformation/buyerPhone') THEN NULLIF(value, '') END)
      AS buyer_phone,
    MAX(CASE WHEN path IN ('metadata/buyerAddress1', 'buyerInformation/buyerAddress1')
      THEN NULLIF(value, '') END) AS line1,
    MAX(CASE WHEN path IN ('metadata/buyerAddress2', 'buyerInformation/buyerAddress2')
      THEN NULLIF(value, '') END) AS line2,
    MAX(CASE WHEN path IN ('metadata/buyerCity', 'buyerInformation/buyerCity') THEN NULLIF(value, '') END)
      AS city,
    MAX(CASE WHEN path IN ('metadata/buyerState', 'buyerInformation/buyerState') THEN NULLIF(value, '') END)
      AS region,
    MAX(CASE WHEN path IN ('metadata/buyerZip', 'buyerInformation/buyerZip') THEN NULLIF(value, '') END)
      AS postcode,
    MAX(CASE WHEN path IN ('metadata/buyerCountry', 'buyerInformation/buyerCountry')
      THEN NULLIF(value, '') END) AS country
  FROM invoice_text
  GROUP BY Id
)
SELECT
  i.Id AS invoice_id, i._ref AS ref, i.StoreDataId AS store_id, site.site_id, i.Created AS created_at,
  UPPER(COALESCE(NULLIF(i.Currency, ''), t.currency)) AS currency,
  CASE WHEN i.Currency IS NULL AND t.kind = 'TopUp' AND t.price = 0 THEN NULL ELSE COALESCE(i.Amount, t.price) END
    AS price,
  COALESCE(i.Status, 'invalid') AS status_recorded, LOWER(COALESCE(i.Status, 'invalid')) AS state,
  LOWER(COALESCE(i.ExceptionStatus, '')) AS exception,
  COALESCE(t.order_number, NULLIF(i.OrderId, '')) AS order_number,
  COALESCE(t.item_code, NULLIF(i.ItemCode, '')) AS item_code, t.item_title,
  COALESCE(
    t.request_id, t.tagged_request,
    CASE WHEN COALESCE(t.order_number, i.OrderId) LIKE 'PAY\_REQUEST\_%' ESCAPE '\'
      THEN SUBSTR(COALESCE(t.order_number, i.OrderId), 13) END
  ) AS request_id,
  t.app_id, t.buyer_name, COALESCE(t.buyer_email, NULLIF(i.CustomerEmail, '')) AS buyer_email, t.buyer_phone,
  t.line1, t.line2, t.city, t.region, t.postcode, t.country
FROM Invoices AS i
LEFT JOIN told AS t ON t.Id = i.Id
LEFT JOIN site ON site.store_id = i.StoreDataId
