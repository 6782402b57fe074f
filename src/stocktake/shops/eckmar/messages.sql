-- What the buyer wrote with the purchase: as a rule the postal address, encrypted to the vendor.
SELECT
  'message:' || x.ref AS message_id, site.site_id, 'purchase' AS thread, x.account_id AS from_account_id,
  x.vendor_account_id AS to_account_id, x.order_id, x.created_at AS at, x.message AS body, 'source:' || x.ref AS source_id
FROM purchase AS x
CROSS JOIN site
WHERE x.message <> '';

SELECT
  'message:' || d._ref AS message_id, site.site_id, 'dispute' AS thread,
  COALESCE(m.account_id, 'account:' || site.users_ref || '/' || d.author_id) AS from_account_id, x.order_id,
  d.created_at AS at, d.message AS body, 'source:' || d._ref AS source_id
FROM dispute_messages AS d
CROSS JOIN site
LEFT JOIN member AS m ON m.id = d.author_id
LEFT JOIN (SELECT dispute_id, MIN(order_id) AS order_id FROM purchase WHERE dispute_id <> '' GROUP BY 1) AS x
  ON x.dispute_id = d.dispute_id;

SELECT
  'message:' || r._ref AS message_id, site.site_id, 'ticket' AS thread,
  COALESCE(m.account_id, 'account:' || site.users_ref || '/' || r.user_id) AS from_account_id, r.created_at AS at,
  t.title AS subject, r.text AS body, 'source:' || r._ref AS source_id
FROM ticket_replies AS r
CROSS JOIN site
LEFT JOIN tickets AS t ON t.id = r.ticket_id
LEFT JOIN member AS m ON m.id = r.user_id;

-- Messages between members are sealed with the members' own keys: who wrote to whom and when is all that shows.
SELECT
  'message:' || g._ref AS message_id, site.site_id, 'sealed' AS thread,
  COALESCE(a.account_id, CASE WHEN g.sender_id <> '' THEN 'account:' || site.users_ref || '/' || g.sender_id END)
    AS from_account_id,
  COALESCE(b.account_id, 'account:' || site.users_ref || '/' || g.receiver_id) AS to_account_id, g.created_at AS at,
  'source:' || g._ref AS source_id
FROM messages AS g
CROSS JOIN site
LEFT JOIN member AS a ON a.id = g.sender_id
LEFT JOIN member AS b ON b.id = g.receiver_id;
