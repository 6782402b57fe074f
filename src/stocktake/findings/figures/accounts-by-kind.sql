-- title: Accounts by kind
-- note: Every account found. A guest is a buyer who left a name or address with an order but opened no account.
-- unit: accounts
-- keys: kind, site_id
-- order: count desc
SELECT kind, site_id, account_id AS subject_id
FROM accounts
WHERE captured IS NOT TRUE
