-- Posts, whether shown, waiting or deleted. Text is stored as XML with the typed marks in it since 3.2, and as marks
-- with a number of their own before.
SELECT
  'message:' || p._ref AS message_id, site.site_id,
  CONCAT_WS(' / ', f.forum_name, t.topic_title) AS thread,
  COALESCE(m.account_id, CASE WHEN p.poster_id > 1
    THEN 'account:' || site.users_ref || '/' || CAST(p.poster_id AS VARCHAR) END) AS from_account_id,
  CASE WHEN p.post_time > 0 THEN unix_to_utc(p.post_time) END AS at, NULLIF(p.post_subject, '') AS subject,
  without_markup(replace_all(replace_all(
    CASE WHEN p.bbcode_uid <> '' THEN REPLACE(p.post_text, ':' || p.bbcode_uid, '') ELSE p.post_text END,
    '<([se])>[^<]*</[se]>', ''), '<a [^>]*href="([^"]*)"[^>]*>[^<]*</a>', '\1')) AS body,
  'source:' || p._ref AS source_id
FROM posts AS p
CROSS JOIN site
LEFT JOIN topics AS t ON t.topic_id = p.topic_id
LEFT JOIN forums AS f ON f.forum_id = t.forum_id
LEFT JOIN member AS m ON m.user_id = p.poster_id;

-- Private messages, each once, however many hold it.
SELECT
  'message:' || p._ref AS message_id, site.site_id, 'private' AS thread,
  COALESCE(a.account_id, CASE WHEN p.author_id > 1
    THEN 'account:' || site.users_ref || '/' || CAST(p.author_id AS VARCHAR) END) AS from_account_id,
  COALESCE(b.account_id, CASE WHEN r.user_id > 1
    THEN 'account:' || site.users_ref || '/' || CAST(r.user_id AS VARCHAR) END) AS to_account_id,
  CASE WHEN p.message_time > 0 THEN unix_to_utc(p.message_time) END AS at,
  NULLIF(p.message_subject, '') AS subject,
  without_markup(replace_all(replace_all(
    CASE WHEN p.bbcode_uid <> '' THEN REPLACE(p.message_text, ':' || p.bbcode_uid, '') ELSE p.message_text END,
    '<([se])>[^<]*</[se]>', ''), '<a [^>]*href="([^"]*)"[^>]*>[^<]*</a>', '\1')) AS body,
  'source:' || p._ref AS source_id
FROM privmsgs AS p
CROSS JOIN site
LEFT JOIN recipient AS r ON r.msg_id = p.msg_id
LEFT JOIN member AS a ON a.user_id = p.author_id
LEFT JOIN member AS b ON b.user_id = r.user_id;
