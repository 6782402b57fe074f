-- Tickets with their number and subject, by the thread that holds what was written.
SELECT
  h.id AS thread_id, t.ticket_id, t.number, t.user_id, t.ip_address, t._ref AS ref, t.created,
  unescape_html(NULLIF(c.subject, '')) AS subject
FROM thread AS h
JOIN ticket AS t ON t.ticket_id = h.object_id AND h.object_type = 'T'
LEFT JOIN ticket__cdata AS c ON c.ticket_id = t.ticket_id
