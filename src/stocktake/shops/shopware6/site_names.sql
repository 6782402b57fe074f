WITH host AS (
  SELECT site.site_id, LOWER(REGEXP_EXTRACT(d.url, '^[a-zA-Z]+://([^/:?#]+)', 1)) AS host, d._ref AS ref
  FROM sales_channel_domain AS d
  JOIN site ON site.sales_channel_id = d.sales_channel_id
)
SELECT
  site_id, host, CASE WHEN host LIKE '%.onion' THEN 'onion' ELSE 'clearnet' END AS kind,
  'domains of the sales channel' AS evidence, 'source:' || MIN(ref) AS source_id
FROM host
WHERE host <> ''
GROUP BY site_id, host;
