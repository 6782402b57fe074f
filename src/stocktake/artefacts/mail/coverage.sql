SELECT 'mail_messages' AS table_name, _path AS path, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows
FROM mail_messages
GROUP BY _path;

SELECT 'mail_participants' AS table_name, _path AS path, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows
FROM mail_participants
GROUP BY _path;

SELECT 'mail_attachments' AS table_name, _path AS path, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows
FROM mail_attachments
GROUP BY _path;
