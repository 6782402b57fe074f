-- Who wrote and who was written to.
SELECT
  'observable:' || p._ref AS observable_id, 'email' AS kind, p.address AS value, LOWER(p.address) AS normalised,
  CAST(NULL AS BOOLEAN) AS valid, 'item:' || s.exhibit || '/' || p._path AS item_id,
  CONCAT_WS('; ', 'mail ' || p.role || COALESCE(': ' || p.name, ''), m.subject, CAST(m.at AS VARCHAR) || ' UTC')
    AS context,
  'source:' || p._ref AS source_id
FROM mail_participants AS p
CROSS JOIN shop AS s
LEFT JOIN message AS m ON m._path = p._path AND m._row = p.message;

-- A file that was sent along: by its hash it is known from copies elsewhere.
SELECT
  'observable:' || a._ref AS observable_id, 'file_sha256' AS kind, a.sha256 AS value, a.sha256 AS normalised,
  TRUE AS valid, 'item:' || s.exhibit || '/' || a._path AS item_id,
  CONCAT_WS('; ', 'mail attachment: ' || a.name, a.type, CAST(a.size AS VARCHAR) || ' bytes', m.subject) AS context,
  'source:' || a._ref AS source_id
FROM mail_attachments AS a
CROSS JOIN shop AS s
LEFT JOIN message AS m ON m._path = a._path AND m._row = a.message;
