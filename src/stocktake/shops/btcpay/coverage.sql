SELECT
  'Invoices' AS table_name,
  CASE
    WHEN COALESCE(i.app_id, i.request_id, s.order_id) IS NULL
      AND i.invoice_id NOT IN (SELECT invoice_id FROM received WHERE invoice_id IS NOT NULL)
      AND i.invoice_id NOT IN (SELECT invoice_id FROM issued WHERE invoice_id IS NOT NULL)
      THEN 'invoices without any payment, address or order'
  END AS reason,
  COUNT(*) AS rows
FROM invoice AS i
LEFT JOIN shop_order AS s ON s.invoice_id = i.invoice_id
GROUP BY 2;

SELECT 'Payments' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM Payments;

SELECT
  'AddressInvoices' AS table_name,
  CASE
    WHEN i.invoice_id IS NULL THEN 'addresses of invoices that are no longer there'
    WHEN a.kind <> 'CHAIN' AND r.invoice_id IS NULL THEN 'Lightning invoices to which nothing came in'
  END AS reason,
  COUNT(*) AS rows
FROM issued AS a
LEFT JOIN invoice AS i ON i.invoice_id = a.invoice_id
LEFT JOIN (SELECT DISTINCT invoice_id FROM received) AS r ON r.invoice_id = a.invoice_id
GROUP BY 2;

SELECT 'Stores' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM Stores;
SELECT 'PaymentRequests' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM PaymentRequests;
SELECT 'Payouts' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM Payouts;

SELECT
  'PullPayments' AS table_name,
  CASE WHEN x.PullPaymentDataId IS NULL THEN 'offers of a payout that nobody took up' END AS reason, COUNT(*) AS rows
FROM PullPayments AS p
LEFT JOIN (SELECT DISTINCT PullPaymentDataId FROM Payouts) AS x ON x.PullPaymentDataId = p.Id
GROUP BY 2;

SELECT
  'Refunds' AS table_name,
  CASE WHEN x.PullPaymentDataId IS NULL THEN 'offers of a refund that nobody took up' END AS reason, COUNT(*) AS rows
FROM Refunds AS r
LEFT JOIN (SELECT DISTINCT PullPaymentDataId FROM Payouts) AS x ON x.PullPaymentDataId = r.PullPaymentDataId
GROUP BY 2;

SELECT
  'WalletObjectLinks' AS table_name,
  CASE WHEN (AType = 'tx' AND BType = 'payout') OR (AType = 'payout' AND BType = 'tx') THEN NULL
    ELSE 'labels of transactions and addresses' END AS reason,
  COUNT(*) AS rows
FROM WalletObjectLinks
GROUP BY 2;

SELECT 'WalletObjects' AS table_name, 'labels of transactions and addresses' AS reason, COUNT(*) AS rows
FROM WalletObjects;
SELECT 'Apps' AS table_name, 'settings of points of sale and other apps' AS reason, COUNT(*) AS rows FROM Apps;
SELECT 'AspNetUsers' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM AspNetUsers;
SELECT 'AspNetRoles' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM AspNetRoles;
SELECT 'AspNetUserRoles' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM AspNetUserRoles;
SELECT 'UserStore' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM UserStore;
SELECT 'ApiKeys' AS table_name, 'keys of programs that may use the server' AS reason, COUNT(*) AS rows FROM ApiKeys;
SELECT 'AspNetUserTokens' AS table_name, 'second factors of users' AS reason, COUNT(*) AS rows FROM AspNetUserTokens;
SELECT 'Settings' AS table_name, 'settings that the mapping does not use' AS reason, COUNT(*) AS rows FROM Settings;
SELECT 'StoreSettings' AS table_name, 'settings that the mapping does not use' AS reason, COUNT(*) AS rows
FROM StoreSettings;
SELECT 'PairingCodes' AS table_name, 'keys of programs that may use the server' AS reason, COUNT(*) AS rows
FROM PairingCodes;
SELECT 'PairedSINData' AS table_name, 'keys of programs that may use the server' AS reason, COUNT(*) AS rows
FROM PairedSINData;
SELECT 'Webhooks' AS table_name, 'programs that the server tells of changes' AS reason, COUNT(*) AS rows FROM Webhooks;
