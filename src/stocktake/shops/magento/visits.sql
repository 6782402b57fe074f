-- Magento 1's log of pages, where it was on. An address is a number, or (since 1.8) the bytes of one.
WITH visitor AS (
  SELECT visitor_id, MAX(customer_id) AS customer_id FROM customer_log WHERE visitor_id > 0 GROUP BY visitor_id
),
address AS (
  SELECT
    visitor_id, http_user_agent, remote_addr, TRY_CAST(remote_number AS BIGINT) AS number,
    remote_addr = remote_number AS is_number
  FROM log_visitor_info
)
SELECT
  'visit:' || u._ref AS visit_id, COALESCE(v.site_id, d.site_id) AS site_id, c.account_id, u.visit_time AS at,
  CASE
    WHEN a.is_number AND a.number > 0 AND a.number < 4294967296
      THEN CAST(CAST(FLOOR(a.number / 16777216) AS BIGINT) AS VARCHAR) || '.'
        || CAST(CAST(FLOOR(a.number / 65536) AS BIGINT) % 256 AS VARCHAR) || '.'
        || CAST(CAST(FLOOR(a.number / 256) AS BIGINT) % 256 AS VARCHAR) || '.'
        || CAST(a.number % 256 AS VARCHAR)
    WHEN NOT a.is_number THEN hex_to_ip(a.remote_addr)
  END AS ip,
  COALESCE(NULLIF(REGEXP_EXTRACT(i.url, '^[a-zA-Z]+://[^/]+(/.*)$', 1), ''), i.url) AS path, a.http_user_agent AS user_agent,
  NULLIF(i.referer, '') AS referrer, NULLIF(LOWER(REGEXP_EXTRACT(i.url, '^[a-zA-Z]+://([^/:?#]+)', 1)), '') AS host,
  'source:' || u._ref AS source_id
FROM log_url AS u
JOIN store_view AS d ON d.store_id IS NULL
LEFT JOIN log_url_info AS i ON i.url_id = u.url_id
LEFT JOIN address AS a ON a.visitor_id = u.visitor_id
LEFT JOIN log_visitor AS n ON n.visitor_id = u.visitor_id
LEFT JOIN store_view AS v ON v.store_id = n.store_id
LEFT JOIN visitor ON visitor.visitor_id = u.visitor_id
LEFT JOIN shop_customer AS c ON c.customer_id = visitor.customer_id;
