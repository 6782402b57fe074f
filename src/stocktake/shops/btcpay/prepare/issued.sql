-- Addresses that were given out for an invoice. Older rows have the coin behind the address.
SELECT
  a._ref AS ref, a.InvoiceDataId AS invoice_id, REGEXP_EXTRACT(a.Address, '^([^#]+)', 1) AS address,
  UPPER(COALESCE(
    NULLIF(REGEXP_EXTRACT(a.PaymentMethodId, '^([^_-]+)', 1), ''),
    NULLIF(REGEXP_EXTRACT(a.Address, '#([^_-]+)', 1), ''), 'BTC')) AS coin,
  COALESCE(k.kind, 'CHAIN') AS kind, a.CreatedTime AS created_at
FROM AddressInvoices AS a
LEFT JOIN method_kind AS k ON k.suffix = LOWER(COALESCE(
  NULLIF(REGEXP_EXTRACT(a.PaymentMethodId, '[_-](.+)$', 1), ''),
  REGEXP_EXTRACT(a.Address, '#[^_-]+[_-](.+)$', 1), ''))
