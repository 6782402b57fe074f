-- From where members wrote, were seen, stayed logged in, and tried to log in.
SELECT
  'visit:' || v.ref AS visit_id, site.site_id, m.account_id,
  CASE WHEN v.moment > 0 THEN unix_to_utc(v.moment) END AS at, v.ip, v.method, v.page AS path, v.user_agent,
  'source:' || v.ref AS source_id
FROM (
  SELECT _ref AS ref, poster_id AS user_id, post_time AS moment, poster_ip AS ip, 'POST' AS method,
    CAST(NULL AS VARCHAR) AS page, CAST(NULL AS VARCHAR) AS user_agent
  FROM posts
  UNION ALL
  SELECT _ref, author_id, message_time, author_ip, 'POST', CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR) FROM privmsgs
  UNION ALL
  SELECT _ref, session_user_id, session_time, session_ip, 'GET', session_page, session_browser FROM sessions
  UNION ALL
  SELECT _ref, user_id, last_login, last_ip, 'POST', CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR) FROM sessions_keys
  UNION ALL
  SELECT _ref, user_id, attempt_time, attempt_ip, 'POST', CAST(NULL AS VARCHAR), attempt_browser FROM login_attempts
) AS v
CROSS JOIN site
LEFT JOIN member AS m ON m.user_id = v.user_id
WHERE v.ip <> '';
