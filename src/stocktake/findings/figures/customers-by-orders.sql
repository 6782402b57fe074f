-- title: Customers by number of paid orders
-- note: Customers and guests who placed at least one order whose money is counted; each stands once, under the number of such orders.
-- unit: customers
-- keys: at_least, site_id
-- order: at_least
-- sums: orders
WITH paid AS (
  SELECT DISTINCT order_id FROM takings WHERE counted AND amount > 0
),
buyers AS (
  SELECT orders.account_id, orders.site_id, count(*) AS orders
  FROM orders JOIN paid ON paid.order_id = orders.order_id
  WHERE orders.account_id IS NOT NULL
  GROUP BY orders.account_id, orders.site_id
)
SELECT
  CASE
    WHEN orders >= 50 THEN 50
    WHEN orders >= 20 THEN 20
    WHEN orders >= 10 THEN 10
    WHEN orders >= 5 THEN 5
    ELSE orders
  END AS at_least,
  site_id,
  CASE
    WHEN orders >= 50 THEN '50 or more'
    WHEN orders >= 20 THEN '20 to 49'
    WHEN orders >= 10 THEN '10 to 19'
    WHEN orders >= 5 THEN '5 to 9'
    ELSE CAST(orders AS VARCHAR)
  END AS bracket,
  orders,
  account_id AS subject_id
FROM buyers
