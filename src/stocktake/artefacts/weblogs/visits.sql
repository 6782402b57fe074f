-- One visit a request. A request that is no HTTP keeps what was sent as its path.
SELECT
  'visit:' || a._ref AS visit_id, m.at, a.ip, a.method, COALESCE(a.path, a.request) AS path, a.status,
  a.user_agent, a.referrer, a.vhost AS host, a._path AS log, m.basis, 'source:' || a._ref AS source_id
FROM access_log AS a
JOIN access_moment AS m ON m._ref = a._ref;
