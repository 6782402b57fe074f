-- Whether each order counts as proceeds. The rules, in the order in which they are asked; the first that
-- fits decides, and `reason` is NULL where the order counts. What counts is the order's total, once.
--   1. An order that was cancelled, failed, put in the bin or never finished does not count, even where a
--      payment is recorded; the reason is that state.
--   2. An order placed from the account of staff or an administrator is a test order and does not count.
--   3. An order whose total is not recorded can't count.
--   4. A confirmed payment counts, where the state says that the order is paid or the confirmed payments come
--      to the total; where they come to less, the order was paid in part and does not count.
--   5. Without any payment row, a state that the shop reaches only once paid counts.
--   6. Anything else is unpaid, disputed, or in a state that is not known, and does not count.
--   7. What would count but was inferred does not, until a person has confirmed the mapping.
-- A shop and its payment processor may both record the payments of an order: two witnesses, not two payments.
-- What either of them alone comes to is what was paid; the shop's own record is named first.
WITH witness AS (
  SELECT
    p.order_id,
    CASE WHEN COALESCE(p.site_id, o.site_id) = o.site_id THEN '' ELSE p.site_id END AS witness,
    COUNT(*) AS payments,
    COUNT(CASE WHEN p.status = 'confirmed' THEN 1 END) AS confirmed,
    SUM(CASE WHEN p.status = 'confirmed' AND p.currency = o.currency THEN p.amount END) AS amount,
    MIN(CASE WHEN p.status = 'confirmed' THEN p.at END) AS at,
    MIN(CASE WHEN p.status = 'confirmed' THEN p.payment_id END) AS payment_id,
    MIN(p.payment_id) AS any_payment_id
  FROM payments AS p
  JOIN orders AS o ON o.order_id = p.order_id
  WHERE p.status <> 'refunded'
  GROUP BY 1, 2
),
paid AS (
  SELECT
    order_id, SUM(payments) AS payments, SUM(confirmed) AS confirmed, MAX(amount) AS amount,
    MIN_BY(w.at, w.witness) FILTER (WHERE w.at IS NOT NULL) AS at,
    MIN_BY(payment_id, w.witness) FILTER (WHERE payment_id IS NOT NULL) AS payment_id,
    MIN_BY(any_payment_id, w.witness) AS any_payment_id
  FROM witness AS w
  GROUP BY order_id
),
judged AS (
  SELECT
    o.order_id, o.site_id, o.status, o.total, o.currency, o.completed_at, o.source_id, o.basis, o.probability,
    COALESCE(o.paid_at, p.at, o.placed_at) AS at,
    COALESCE(p.payment_id, p.any_payment_id) AS payment_id,
    CASE
      WHEN o.status IN ('cancelled', 'failed', 'trashed', 'abandoned') THEN o.status
      WHEN a.kind IN ('staff', 'admin') THEN 'test order by staff account'
      WHEN o.total IS NULL THEN 'no total recorded'
      WHEN p.confirmed > 0 AND o.status NOT IN (
          'paid', 'processing', 'shipped', 'completed', 'refunded', 'part_refunded', 'disputed')
        AND p.amount < o.total THEN 'paid in part'
      WHEN p.confirmed > 0 THEN NULL
      WHEN p.payments IS NULL
        AND o.status IN ('paid', 'processing', 'shipped', 'completed', 'refunded', 'part_refunded') THEN NULL
      WHEN o.status = 'unknown' THEN 'state not known'
      WHEN o.status = 'disputed' THEN 'disputed'
      ELSE 'unpaid'
    END AS reason
  FROM orders AS o
  LEFT JOIN paid AS p ON p.order_id = o.order_id
  LEFT JOIN accounts AS a ON a.account_id = o.account_id
)
SELECT
  j.order_id, j.site_id, j.status, j.total, j.currency, j.completed_at, j.source_id, j.at, j.payment_id,
  CASE WHEN j.reason IS NULL AND j.basis = 'inferred' THEN 'inferred, not confirmed' ELSE j.reason END AS reason,
  CASE WHEN j.basis = 'inferred' THEN 'inferred' ELSE 'derived' END AS basis, j.probability,
  COALESCE(m.method, 'other') AS method
FROM judged AS j
LEFT JOIN payments AS m ON m.payment_id = j.payment_id;
