SELECT
  'message:' || e.ref AS message_id, site.site_id,
  COALESCE('ticket ' || e.number, 'no ticket') || CASE WHEN e.type = 'N' THEN ', note' ELSE '' END AS thread,
  e.from_account_id, e.to_account_id, e.at, COALESCE(NULLIF(e.title, ''), e.subject) AS subject, e.body,
  'source:' || e.ref AS source_id
FROM entry AS e
CROSS JOIN site;
