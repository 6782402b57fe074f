-- Each message with its thread: the first message that it goes back to, else itself, else its subject.
SELECT
  m._ref, m._path, m._row, m.subject, COALESCE(m.at, m.received_at) AS at, m.at IS NULL AS assumed, m.body,
  m.encrypted_to, m.received_ips,
  COALESCE(
    NULLIF(REGEXP_EXTRACT(m.references_, '<([^<>]+)>', 1), ''), m.in_reply_to, m.message_id,
    NULLIF(LOWER(REGEXP_REPLACE(TRIM(m.subject), '^((re|fwd?|aw|wg) *: *)+', '', 'i')), '')
  ) AS thread
FROM mail_messages AS m
