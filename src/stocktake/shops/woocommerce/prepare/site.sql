-- The site's settings, one row. A zone name that is not known gives way to the offset, and that to nothing.
WITH setting AS (
  SELECT
    MAX(CASE WHEN option_name = 'siteurl' THEN option_value END) AS siteurl,
    MAX(CASE WHEN option_name = 'home' THEN option_value END) AS home,
    MAX(CASE WHEN option_name = 'blogname' THEN option_value END) AS name,
    MAX(CASE WHEN option_name = 'blogdescription' THEN option_value END) AS tagline,
    MAX(CASE WHEN option_name = 'admin_email' THEN option_value END) AS admin_email,
    MAX(CASE WHEN option_name = 'woocommerce_currency' THEN option_value END) AS currency,
    MAX(CASE WHEN option_name = 'woocommerce_version' THEN option_value END) AS version,
    MAX(CASE WHEN option_name = 'timezone_string' THEN option_value END) AS timezone_string,
    MAX(CASE WHEN option_name = 'woocommerce_custom_orders_table_enabled' THEN option_value END) AS hpos,
    MAX(CASE WHEN option_name = 'woocommerce_t4m_discount_type' THEN option_value END) AS bulk_discount_type,
    MAX(CASE
      WHEN option_name = 'gmt_offset' AND to_money(option_value) BETWEEN -14 AND 14
        THEN CAST(ROUND(CAST(to_money(option_value) AS DECIMAL(10, 4)) * 60, 0) AS INTEGER)
    END) AS offset_minutes,
    MAX(CASE WHEN option_name = 'siteurl' THEN _ref END) AS siteurl_ref,
    MAX(CASE WHEN option_name = 'home' THEN _ref END) AS home_ref,
    MIN(_ref) AS any_ref
  FROM options
)
SELECT
  'site:' || shop.ref || 'options' AS site_id,
  -- What stands before a user's number in ids: the table that is read, which a network's sites share.
  COALESCE(
    (SELECT MIN(ref) FROM shop_table WHERE name = 'users'),
    shop.exhibit || '/' || shop.shared_with || 'users', shop.ref || 'users'
  ) AS users_ref,
  shop.exhibit, shop.prefix, shop.shared_with, shop.version AS told_version, shop.case_time_zone,
  s.siteurl, s.home, s.name, s.tagline, s.admin_email, s.currency, s.version, s.timezone_string,
  s.bulk_discount_type, s.siteurl_ref, s.home_ref,
  COALESCE(
    s.siteurl_ref, s.any_ref, (SELECT MIN(_ref) FROM posts WHERE _row = 1),
    (SELECT MIN(_ref) FROM wc_orders WHERE _row = 1)
  ) AS ref,
  CASE WHEN s.hpos = 'yes' THEN 'wc_orders' ELSE 'posts' END AS store,
  COALESCE(
    known_zone(NULLIF(TRIM(s.timezone_string), '')),
    CASE
      WHEN s.offset_minutes = 0 THEN 'UTC'
      ELSE CASE WHEN s.offset_minutes < 0 THEN '-' ELSE '+' END
        || LPAD(CAST(ABS(s.offset_minutes) // 60 AS VARCHAR), 2, '0') || ':'
        || LPAD(CAST(ABS(s.offset_minutes) % 60 AS VARCHAR), 2, '0')
    END
  ) AS time_zone
FROM shop
CROSS JOIN setting AS s
