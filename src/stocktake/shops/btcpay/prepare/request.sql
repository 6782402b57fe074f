-- Payment requests: what the operator asked someone to pay. The software writes 1970 where it knows no time.
SELECT
  r.Id AS request_id, r._ref AS ref, site.site_id, COALESCE(NULLIF(r.Title, ''), t.title) AS title,
  UPPER(COALESCE(NULLIF(r.Currency, ''), t.currency)) AS currency, COALESCE(r.Amount, t.amount) AS amount,
  COALESCE(NULLIF(r.ReferenceId, ''), r.Id) AS number, r.Status AS status_recorded, LOWER(r.Status) AS state,
  CASE WHEN r.Created > TIMESTAMP '1970-01-02' THEN r.Created END AS created_at, t.email
FROM PaymentRequests AS r
LEFT JOIN request_text AS t ON t.Id = r.Id
LEFT JOIN site ON site.store_id = r.StoreDataId
