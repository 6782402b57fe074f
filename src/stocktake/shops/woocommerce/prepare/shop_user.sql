-- Who has an account here, and as what. Roles stand in usermeta under the table prefix; where a prefix was
-- changed by hand none fits, and every role counts. In a network of sites the users are shared: an account
-- of this site is one that has a role here.
WITH own_role AS (
  SELECT COUNT(*) AS roles FROM user_role AS r CROSS JOIN site
  WHERE r.meta_key = site.prefix || 'capabilities'
),
role AS (
  SELECT
    r.user_id,
    MAX(CASE WHEN r.k1 IN ('administrator', 'super_admin') THEN 1 ELSE 0 END) AS is_admin,
    MAX(CASE WHEN r.k1 IN ('shop_manager', 'shop_worker', 'shop_accountant', 'editor', 'author', 'contributor')
      THEN 1 ELSE 0 END) AS is_staff,
    MAX(CASE WHEN r.k1 IN ('vendor', 'seller', 'wcfm_vendor', 'dc_vendor', 'store_vendor',
      'wc_product_vendors_admin_vendor', 'wc_product_vendors_manager_vendor') THEN 1 ELSE 0 END) AS is_vendor
  FROM user_role AS r
  CROSS JOIN site
  CROSS JOIN own_role
  WHERE r.value = '1' AND (own_role.roles = 0 OR r.meta_key = site.prefix || 'capabilities')
  GROUP BY r.user_id
)
SELECT
  u.ID AS user_id,
  'account:' || u._ref || CASE WHEN site.shared_with IS NULL THEN '' ELSE '@' || site.prefix END AS account_id,
  u._ref AS ref,
  CASE
    WHEN role.is_admin = 1 THEN 'admin'
    WHEN role.is_staff = 1 THEN 'staff'
    WHEN role.is_vendor = 1 THEN 'vendor'
    ELSE 'customer'
  END AS kind,
  u.user_login, u.user_email, u.display_name, u.user_pass, u.user_registered
FROM users AS u
CROSS JOIN site
LEFT JOIN role ON role.user_id = u.ID
WHERE site.shared_with IS NULL OR role.user_id IS NOT NULL
