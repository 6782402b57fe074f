-- What was written in tickets: M by the user, R an answer of staff, N a note that only staff see.
SELECT
  e._ref AS ref, e.id, x.ticket_id, x.number, x.subject, e.type, e.title, e.ip_address,
  CASE WHEN LOWER(COALESCE(e.format, 'html')) = 'text' THEN e.body ELSE without_markup(e.body) END AS body,
  CASE
    WHEN e.staff_id > 0
      THEN COALESCE(a.account_id, 'account:' || site.staff_ref || '/' || CAST(e.staff_id AS VARCHAR))
    WHEN e.user_id > 0
      THEN COALESCE(p.account_id, 'account:' || site.users_ref || '/' || CAST(e.user_id AS VARCHAR))
  END AS from_account_id,
  CASE WHEN e.type = 'R' AND x.user_id > 0
    THEN COALESCE(w.account_id, 'account:' || site.users_ref || '/' || CAST(x.user_id AS VARCHAR)) END AS to_account_id,
  local_to_utc(e.created, site.case_time_zone) AS at
FROM thread_entry AS e
CROSS JOIN site
LEFT JOIN ticket_subject AS x ON x.thread_id = e.thread_id
LEFT JOIN agent AS a ON a.staff_id = e.staff_id
LEFT JOIN person AS p ON p.user_id = e.user_id
LEFT JOIN person AS w ON w.user_id = x.user_id
