SELECT
  'settings' AS table_name,
  CASE WHEN name IN ('bbname', 'bburl', 'homeurl', 'adminemail') THEN NULL
    ELSE 'settings that the mapping does not use' END AS reason,
  COUNT(*) AS rows
FROM settings
GROUP BY 2;

SELECT 'users' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM users;
SELECT 'threads' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM threads;
SELECT 'forums' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM forums;
SELECT 'posts' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM posts;

SELECT
  'privatemessages' AS table_name,
  CASE WHEN m.ref IS NULL THEN 'copies of a message in another mailbox' END AS reason, COUNT(*) AS rows
FROM privatemessages AS p
LEFT JOIN private_message AS m ON m.ref = p._ref
GROUP BY 2;

SELECT 'sessions' AS table_name, CASE WHEN hex_to_ip(ip) IS NULL THEN 'without an address' END AS reason,
  COUNT(*) AS rows
FROM sessions
GROUP BY 2;
SELECT 'adminsessions' AS table_name, CASE WHEN hex_to_ip(ip) IS NULL THEN 'without an address' END AS reason,
  COUNT(*) AS rows
FROM adminsessions
GROUP BY 2;
