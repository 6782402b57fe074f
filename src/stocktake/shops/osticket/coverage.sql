SELECT
  'config' AS table_name,
  CASE WHEN namespace = 'core' AND key IN ('helpdesk_title', 'helpdesk_url', 'admin_email', 'default_timezone') THEN NULL
    ELSE 'settings that the mapping does not use' END AS reason,
  COUNT(*) AS rows
FROM config
GROUP BY 2;

SELECT 'user' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM "user";

SELECT
  'user_email' AS table_name,
  CASE
    WHEN p.user_id IS NULL THEN 'addresses of people who are no longer there'
    WHEN p.email <> e.address THEN 'further addresses of people'
  END AS reason,
  COUNT(*) AS rows
FROM user_email AS e
LEFT JOIN person AS p ON p.user_id = e.user_id
GROUP BY 2;

SELECT
  'user_account' AS table_name,
  CASE WHEN p.user_id IS NULL THEN 'accounts of people who are no longer there' END AS reason, COUNT(*) AS rows
FROM user_account AS a
LEFT JOIN person AS p ON p.user_id = a.user_id
GROUP BY 2;

SELECT 'staff' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM staff;

SELECT
  'ticket' AS table_name, CASE WHEN x.ticket_id IS NULL THEN 'tickets in which nothing was written' END AS reason,
  COUNT(*) AS rows
FROM ticket AS t
LEFT JOIN (SELECT DISTINCT ticket_id FROM ticket_subject) AS x ON x.ticket_id = t.ticket_id
GROUP BY 2;

SELECT
  'ticket__cdata' AS table_name, CASE WHEN t.ticket_id IS NULL THEN 'subjects of tickets that are no longer there' END
    AS reason,
  COUNT(*) AS rows
FROM ticket__cdata AS c
LEFT JOIN ticket AS t ON t.ticket_id = c.ticket_id
GROUP BY 2;

SELECT
  'thread' AS table_name, CASE WHEN x.thread_id IS NULL THEN 'threads of tasks, and of tickets that are no longer there'
    END AS reason,
  COUNT(*) AS rows
FROM thread AS h
LEFT JOIN ticket_subject AS x ON x.thread_id = h.id
GROUP BY 2;

SELECT 'thread_entry' AS table_name, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows FROM thread_entry;
SELECT 'api_key' AS table_name, 'keys of programs that may open tickets' AS reason, COUNT(*) AS rows FROM api_key;
SELECT 'email' AS table_name, 'how mail is fetched and sent' AS reason, COUNT(*) AS rows FROM email;
SELECT 'session' AS table_name, CASE WHEN user_ip <> '' THEN NULL ELSE 'without an address' END AS reason,
  COUNT(*) AS rows
FROM "session"
GROUP BY 2;
