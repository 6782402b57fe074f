-- The clock of a host that received mail against the clocks of those that handed it on: the least time that a message
-- took from each other host, of which the middle one counts. Sending takes time, so the clock was at most this fast.
-- Only what a system in the exhibit, by its own name, says that it received; three messages from two hosts at least.
WITH hop AS (
  SELECT
    m._ref, f.value AS host, m.handed_on_by, m.received_at,
    CAST(DATE_DIFF('second', m.handed_on_at, m.received_at) AS DECIMAL(18, 6)) AS seconds
  FROM mail_messages AS m
  JOIN system_facts AS f ON f.key = 'host name' AND STARTS_WITH(m._path, REGEXP_REPLACE(f._path, 'etc/[^/]+$', ''))
  WHERE m.received_at IS NOT NULL AND m.handed_on_at IS NOT NULL
    AND (LOWER(m.received_by) = LOWER(f.value) OR STARTS_WITH(LOWER(m.received_by), LOWER(f.value) || '.'))
),
least AS (
  SELECT host, handed_on_by, MIN(seconds) AS seconds, COUNT(*) AS messages, MIN(received_at) AS first_at,
    MAX(received_at) AS last_at, MIN_BY(_ref, seconds) AS ref
  FROM hop
  GROUP BY host, handed_on_by
)
SELECT
  'skew:' || MIN_BY(ref, seconds) AS skew_id, host, 'mail that other hosts handed on' AS method,
  CAST(MEDIAN(seconds) AS DECIMAL(18, 6)) AS seconds, MIN(seconds) AS least, MAX(seconds) AS most,
  CAST(SUM(messages) AS BIGINT) AS pairs, MIN(first_at) AS first_at, MAX(last_at) AS last_at,
  'times of receipt against those of ' || COUNT(*) || ' other hosts; the time that sending took is in it' AS how,
  LIST_SLICE(LIST_SORT(LIST(DISTINCT 'source:' || ref)), 1, 20) AS source_ids,
  'derived' AS basis, 'source:' || MIN_BY(ref, seconds) AS source_id
FROM least
GROUP BY host
HAVING COUNT(*) >= 2 AND SUM(messages) >= 3;
