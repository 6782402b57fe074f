SELECT
  'config' AS table_name,
  CASE WHEN config_name IN ('sitename', 'site_desc', 'server_name', 'cookie_domain', 'board_contact', 'board_timezone',
    'version') THEN NULL ELSE 'settings that the mapping does not use' END AS reason,
  COUNT(*) AS rows
FROM config
GROUP BY 2;

SELECT
  'users' AS table_name, CASE WHEN m.user_id IS NULL THEN 'the guest, and search engines' END AS reason,
  COUNT(*) AS rows
FROM users AS u
LEFT JOIN member AS m ON m.user_id = u.user_id
GROUP BY 2;

SELECT 'groups' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM "groups";
SELECT 'user_group' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM user_group;
SELECT 'forums' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM forums;
SELECT 'topics' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM topics;
SELECT 'posts' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM posts;
SELECT 'privmsgs' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM privmsgs;

SELECT
  'privmsgs_to' AS table_name, CASE WHEN p.msg_id IS NULL THEN 'holders of messages that are no longer there' END
    AS reason,
  COUNT(*) AS rows
FROM privmsgs_to AS t
LEFT JOIN privmsgs AS p ON p.msg_id = t.msg_id
GROUP BY 2;

SELECT 'sessions' AS table_name, CASE WHEN session_ip <> '' THEN NULL ELSE 'without an address' END AS reason,
  COUNT(*) AS rows
FROM sessions
GROUP BY 2;
SELECT 'sessions_keys' AS table_name, CASE WHEN last_ip <> '' THEN NULL ELSE 'without an address' END AS reason,
  COUNT(*) AS rows
FROM sessions_keys
GROUP BY 2;
SELECT 'login_attempts' AS table_name, CASE WHEN attempt_ip <> '' THEN NULL ELSE 'without an address' END AS reason,
  COUNT(*) AS rows
FROM login_attempts
GROUP BY 2;
