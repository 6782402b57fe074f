-- A host that was seen to offer something. It is a site of its own, apart from what a server's tables say of the
-- same host: the two are held against each other, and never counted together.
SELECT
  o.site_id, MIN(o.host) || ' (as captured)' AS name, TRUE AS captured,
  MODE(o.currency) AS currency, MIN(o.source_id) AS source_id, 'derived' AS basis
FROM offered AS o
GROUP BY o.site_id;
