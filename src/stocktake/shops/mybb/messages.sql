-- Posts, whether shown, waiting or deleted.
SELECT
  'message:' || p._ref AS message_id, site.site_id, CONCAT_WS(' / ', f.name, t.subject) AS thread,
  COALESCE(m.account_id, CASE WHEN p.uid > 0 THEN 'account:' || site.users_ref || '/' || CAST(p.uid AS VARCHAR) END)
    AS from_account_id,
  CASE WHEN p.dateline > 0 THEN unix_to_utc(p.dateline) END AS at, NULLIF(p.subject, '') AS subject,
  p.message AS body, 'source:' || p._ref AS source_id
FROM posts AS p
CROSS JOIN site
LEFT JOIN threads AS t ON t.tid = p.tid
LEFT JOIN forums AS f ON f.fid = t.fid
LEFT JOIN member AS m ON m.uid = p.uid;

SELECT
  'message:' || p.ref AS message_id, site.site_id, CASE WHEN p.is_draft THEN 'private, draft' ELSE 'private' END
    AS thread,
  COALESCE(a.account_id, CASE WHEN p.fromid > 0
    THEN 'account:' || site.users_ref || '/' || CAST(p.fromid AS VARCHAR) END) AS from_account_id,
  COALESCE(b.account_id, CASE WHEN p.toid > 0
    THEN 'account:' || site.users_ref || '/' || CAST(p.toid AS VARCHAR) END) AS to_account_id,
  CASE WHEN p.dateline > 0 THEN unix_to_utc(p.dateline) END AS at, NULLIF(p.subject, '') AS subject,
  p.message AS body, 'source:' || p.ref AS source_id
FROM private_message AS p
CROSS JOIN site
LEFT JOIN member AS a ON a.uid = p.fromid
LEFT JOIN member AS b ON b.uid = p.toid;
