-- Where members have what they earn sent.
SELECT
  'observable:' || a._ref AS observable_id, LOWER(a.coin) AS kind, a.address AS value, a.address AS normalised,
  'item:' || shop.exhibit || '/' || shop.path AS item_id,
  'payout address of ' || COALESCE(m.username, a.user_id) AS context, 'source:' || a._ref AS source_id
FROM addresses AS a
CROSS JOIN shop
LEFT JOIN member AS m ON m.id = a.user_id;
