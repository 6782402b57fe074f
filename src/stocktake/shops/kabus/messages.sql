-- What the buyer wrote with the order, the postal address where it is encrypted to the vendor among it.
SELECT
  'message:' || o.ref || '/' || x.part AS message_id, site.site_id, 'order' AS thread, o.account_id AS from_account_id,
  o.vendor_account_id AS to_account_id, o.order_id, o.created_at AS at, x.body, 'source:' || o.ref AS source_id
FROM placed_order AS o
CROSS JOIN site
JOIN (
  SELECT id, 'message' AS part, encrypted_message AS body FROM placed_order WHERE encrypted_message IS NOT NULL
  UNION ALL
  SELECT id, 'address', shipping_address FROM placed_order WHERE shipping_address LIKE '%BEGIN PGP MESSAGE%'
) AS x ON x.id = o.id;

SELECT
  'message:' || d._ref AS message_id, site.site_id, 'dispute' AS thread,
  COALESCE(m.account_id, 'account:' || site.users_ref || '/' || d.user_id) AS from_account_id, o.order_id,
  d.created_at AS at, d.message AS body, 'source:' || d._ref AS source_id
FROM dispute_messages AS d
CROSS JOIN site
LEFT JOIN disputes AS x ON x.id = d.dispute_id
LEFT JOIN placed_order AS o ON o.id = x.order_id
LEFT JOIN member AS m ON m.id = d.user_id;

SELECT
  'message:' || d._ref AS message_id, site.site_id, 'dispute' AS thread, o.account_id AS from_account_id, o.order_id,
  d.created_at AS at, 'opened: ' || d.status AS subject, d.reason AS body, 'source:' || d._ref AS source_id
FROM disputes AS d
CROSS JOIN site
LEFT JOIN placed_order AS o ON o.id = d.order_id;

-- Messages between members; those that the market's own key seals have no text here.
SELECT
  'message:' || g._ref AS message_id, site.site_id,
  CASE WHEN g.content LIKE 'eyJpdiI6%' THEN 'sealed' ELSE 'private' END AS thread,
  COALESCE(a.account_id, 'account:' || site.users_ref || '/' || g.sender_id) AS from_account_id, g.created_at AS at,
  CASE WHEN g.content NOT LIKE 'eyJpdiI6%' THEN g.content END AS body, 'source:' || g._ref AS source_id
FROM messages AS g
CROSS JOIN site
LEFT JOIN member AS a ON a.id = g.sender_id;

SELECT
  'message:' || v._ref AS message_id, site.site_id, 'vendor application, ' || COALESCE(v.application_status, 'open')
    AS thread,
  COALESCE(a.account_id, 'account:' || site.users_ref || '/' || v.user_id) AS from_account_id, v.created_at AS at,
  v.application_text AS body, 'source:' || v._ref AS source_id
FROM vendor_payment_subaddresses AS v
CROSS JOIN site
LEFT JOIN member AS a ON a.id = v.user_id
WHERE v.application_text <> '';
