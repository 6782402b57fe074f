-- What was chosen of each line's product, as label and value.
WITH choice AS (
  SELECT
    item_id, k1, k2, MAX(CASE WHEN k3 = 'label' THEN value END) AS label,
    MAX(CASE WHEN k3 = 'value' THEN value END) AS value
  FROM item_option
  WHERE k1 IN ('attributes_info', 'options', 'additional_options') AND k3 IN ('label', 'value')
  GROUP BY item_id, k1, k2
)
SELECT item_id, STRING_AGG(label || ': ' || value, ', ' ORDER BY k1, LENGTH(k2), k2) AS variation
FROM choice
WHERE label <> '' AND value <> ''
GROUP BY item_id
