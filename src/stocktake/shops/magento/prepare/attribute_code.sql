-- The attributes that the mapping uses, by number.
SELECT a.attribute_id, t.entity_type_code AS entity, a.attribute_code AS code
FROM eav_attribute AS a
JOIN eav_entity_type AS t ON t.entity_type_id = a.entity_type_id
JOIN used_attribute AS u ON u.entity = t.entity_type_code AND u.code = a.attribute_code
