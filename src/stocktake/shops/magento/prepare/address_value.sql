-- Addresses that customers saved; what Magento 1 keeps of them are attributes.
WITH value AS (
  SELECT v.entity_id, v.value_id, a.code, v.value
  FROM address_varchar AS v
  JOIN attribute_code AS a ON a.attribute_id = v.attribute_id AND a.entity = 'customer_address'
  UNION ALL
  SELECT v.entity_id, v.value_id, a.code, v.value
  FROM address_text AS v
  JOIN attribute_code AS a ON a.attribute_id = v.attribute_id AND a.entity = 'customer_address'
),
own AS (
  SELECT
    entity_id,
    MIN_BY(value, value_id) FILTER (WHERE code = 'firstname') AS firstname,
    MIN_BY(value, value_id) FILTER (WHERE code = 'lastname') AS lastname,
    MIN_BY(value, value_id) FILTER (WHERE code = 'company') AS company,
    MIN_BY(value, value_id) FILTER (WHERE code = 'street') AS street,
    MIN_BY(value, value_id) FILTER (WHERE code = 'city') AS city,
    MIN_BY(value, value_id) FILTER (WHERE code = 'region') AS region,
    MIN_BY(value, value_id) FILTER (WHERE code = 'postcode') AS postcode,
    MIN_BY(value, value_id) FILTER (WHERE code = 'country_id') AS country_id,
    MIN_BY(value, value_id) FILTER (WHERE code = 'telephone') AS telephone
  FROM value
  GROUP BY entity_id
)
SELECT
  e.entity_id, e._ref AS ref, e.parent_id AS customer_id, COALESCE(e.firstname, own.firstname) AS firstname,
  COALESCE(e.lastname, own.lastname) AS lastname, COALESCE(e.company, own.company) AS company,
  COALESCE(e.street, own.street) AS street, COALESCE(e.city, own.city) AS city,
  COALESCE(e.region, own.region) AS region, COALESCE(e.postcode, own.postcode) AS postcode,
  COALESCE(e.country_id, own.country_id) AS country, COALESCE(e.telephone, own.telephone) AS telephone
FROM customer_address_entity AS e
LEFT JOIN own ON own.entity_id = e.entity_id
