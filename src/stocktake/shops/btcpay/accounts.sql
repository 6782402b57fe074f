-- Users of the server: whoever may see or spend what came in.
WITH role AS (
  SELECT u.UserId, MAX(CASE WHEN r.Name = 'ServerAdmin' THEN 1 ELSE 0 END) AS is_admin
  FROM AspNetUserRoles AS u LEFT JOIN AspNetRoles AS r ON r.Id = u.RoleId
  GROUP BY u.UserId
),
store AS (
  SELECT u.ApplicationUserId, CASE WHEN COUNT(*) = 1 THEN MIN(site.site_id) END AS site_id
  FROM UserStore AS u JOIN site ON site.store_id = u.StoreDataId
  GROUP BY u.ApplicationUserId
)
SELECT
  'account:' || u._ref AS account_id, store.site_id,
  CASE WHEN role.is_admin = 1 THEN 'admin' ELSE 'staff' END AS kind, u.UserName AS username, u.Email AS email,
  NULLIF(u.PhoneNumber, '') AS phone, u.PasswordHash AS password_hash, u.Created AS created_at,
  'source:' || u._ref AS source_id
FROM AspNetUsers AS u
LEFT JOIN role ON role.UserId = u.Id
LEFT JOIN store ON store.ApplicationUserId = u.Id;

-- Buyers that an invoice or payment request names.
SELECT
  'account:' || o.ref AS account_id, o.site_id, 'guest' AS kind, o.email, o.name AS display_name, o.phone,
  'source:' || o.ref AS source_id
FROM own_order AS o
WHERE COALESCE(o.email, o.name) IS NOT NULL;
