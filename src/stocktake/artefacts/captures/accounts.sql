-- Who sells, by the name that pages give: once a site, with the newest page as the source.
WITH named AS (
  SELECT
    v._path, v._row, v.host, v.name, v.rule, v.captured_at, 'source:' || s.exhibit || '/' || v.item AS source_id,
    'site:' || s.exhibit || '/captures/' || v.host AS site_id,
    ROW_NUMBER() OVER (
      PARTITION BY v.host, LOWER(v.name) ORDER BY v.captured_at DESC NULLS LAST, v._path, v._row) AS place
  FROM captured_vendors AS v
  CROSS JOIN shop AS s
  WHERE v.host IS NOT NULL
)
SELECT
  'account:' || SUBSTR(n.site_id, 6) || '/' || LOWER(n.name) AS account_id, n.site_id, 'vendor' AS kind,
  n.name AS username, n.name AS display_name, TRUE AS captured, n.rule, n.source_id, 'derived' AS basis
FROM named AS n
WHERE n.place = 1;
