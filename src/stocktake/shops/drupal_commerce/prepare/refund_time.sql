-- When the shop's log (a module of its own) last saw money of an order go back.
SELECT source_entity_id AS order_id, MAX(created) AS refunded
FROM commerce_log
WHERE source_entity_type = 'commerce_order' AND template_id LIKE '%refund%'
GROUP BY source_entity_id
