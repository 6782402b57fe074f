-- Comments that the shop's log keeps of an order.
SELECT
  'message:' || l._ref AS message_id, o.site_id, 'order ' || o.number AS thread, p.account_id AS from_account_id,
  o.id AS order_id, unix_to_utc(l.created) AS at, l.template_id AS subject, v.comment AS body, 'source:' || l._ref AS source_id
FROM commerce_log AS l
JOIN (
  SELECT log_id, MIN(value) AS comment FROM log_param WHERE path = 'comment' AND TRIM(value) <> '' GROUP BY log_id
) AS v ON v.log_id = l.log_id
JOIN shop_order AS o ON o.order_id = l.source_entity_id
LEFT JOIN person AS p ON p.uid = l.uid
WHERE l.source_entity_type = 'commerce_order';
