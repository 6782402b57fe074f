-- The shop's name and address, for all sales channels or for one.
SELECT c.sales_channel_id, c.configuration_key AS key, c._ref AS ref, MIN(NULLIF(TRIM(v.value), '')) AS value
FROM system_config AS c
JOIN setting_value AS v ON v.id = c.id AND v.k1 = '_value'
GROUP BY c.sales_channel_id, c.configuration_key, c._ref
