-- What Magento 1 keeps of customers as attributes.
SELECT
  v.entity_id,
  MIN_BY(v.value, v.value_id) FILTER (WHERE a.code = 'firstname') AS firstname,
  MIN_BY(v.value, v.value_id) FILTER (WHERE a.code = 'lastname') AS lastname,
  MIN_BY(v.value, v.value_id) FILTER (WHERE a.code = 'password_hash') AS password_hash
FROM customer_varchar AS v
JOIN attribute_code AS a ON a.attribute_id = v.attribute_id AND a.entity = 'customer'
GROUP BY v.entity_id
