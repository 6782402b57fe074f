-- What a host's records say happened, or was set up.
SELECT
  'event:' || e._ref AS event_id, m.host, m.at, e.kind, e.user, e.ip, e.command,
  CONCAT_WS(' ', e.text,
    CASE WHEN NOT CONTAINS(e.text, e.fingerprint) THEN 'key ' || e.fingerprint END,
    CASE WHEN e.local_time IS NULL THEN '(' || e.time_note || ')' END) AS text,
  m.basis, 'source:' || e._ref AS source_id
FROM events AS e
JOIN event_moment AS m ON m._ref = e._ref
WHERE e.kind NOT IN ('empty line of a history', 'empty login record');

-- Settings of applications; secrets by their keyed fingerprint.
SELECT
  'event:' || s._ref AS event_id, z.host, 'application setting' AS kind,
  s.software || ' ' || s.name || COALESCE(' = ' || s.value, ' is a secret, keyed fingerprint ' || s.secret, ' is empty')
    AS text,
  'source:' || s._ref AS source_id
FROM app_settings AS s
JOIN time_zone AS z ON z._path = s._path;

-- Certificates, at the beginning of their validity.
SELECT
  'event:' || c._ref AS event_id, z.host, c.not_before AS at, 'certificate' AS kind,
  c.subject || ', for ' || COALESCE(NULLIF(c.names, ''), 'no host') || ', issued by ' || c.issuer || ', serial '
    || c.serial || ', valid to ' || CAST(c.not_after AS VARCHAR) || ' UTC, SHA-256 ' || c.sha256 AS text,
  'source:' || c._ref AS source_id
FROM certificates AS c
JOIN time_zone AS z ON z._path = c._path;

-- What the system says of itself.
SELECT
  'event:' || _ref AS event_id, CASE WHEN key = 'host name' THEN value END AS host, 'system fact' AS kind,
  key || ': ' || value AS text, 'source:' || _ref AS source_id
FROM system_facts;
