-- What services that compare the clock with others said of it, as seconds that the host's clock was fast. chronyd says
-- by how much it sets the clock, and so do ntpd, ntpdate, OpenNTPD and systemd-timesyncd: the host's clock was off by
-- the opposite. What the journal shows was set was right only if it was set right. A service that says one thing twice
-- in a second is heard once.
-- utmp keeps the clock before and after it was set in two records that follow each other.
WITH said AS (
  SELECT
    e._ref, m.host, m.at,
    CASE
      WHEN e.kind = 'clock set' AND e.program = 'journal' THEN 'settings of the clock in the journal'
      ELSE 'statements of ' || REGEXP_EXTRACT(e.program, '(chronyd|ntpdate|ntpd|systemd-timesyncd)', 1)
    END AS method,
    TRY_CAST(COALESCE(
      NULLIF(REGEXP_EXTRACT(e.text, '^the clock was set by ([+-][0-9.]+) s', 1), ''),
      NULLIF(REGEXP_EXTRACT(e.text, 'System clock (?:wrong|was stepped) by ([+-]?[0-9.]+) seconds', 1), ''),
      NULLIF(REGEXP_EXTRACT(e.text, '(?:step|adjust) time server \S+ offset ([+-]?[0-9.]+) sec', 1), ''),
      NULLIF(REGEXP_EXTRACT(e.text, 'time (?:reset|set|slew) ([+-]?[0-9.]+) ?s', 1), ''),
      NULLIF(REGEXP_EXTRACT(e.text, 'clock_step ([+-]?[0-9.]+) s', 1), ''),
      NULLIF(REGEXP_EXTRACT(e.text, 'adjusting local clock by ([+-]?[0-9.]+) ?s', 1), ''),
      NULLIF(REGEXP_EXTRACT(e.text, 'set local clock to .*\(offset ([+-]?[0-9.]+) ?s\)', 1), ''),
      NULLIF(REGEXP_EXTRACT(e.text, 'interval/delta/delay/jitter/drift [^/]+/([+-]?[0-9.]+)s/', 1), '')
    ) AS DECIMAL(18, 6)) AS set_by
  FROM events AS e
  JOIN event_moment AS m ON m._ref = e._ref
  WHERE REGEXP_MATCHES(e.program, '(^|/)(chronyd|ntpdate|ntpd|systemd-timesyncd|journal)$')
  UNION ALL
  SELECT
    b._ref, m.host, m.at, 'settings of the clock in utmp' AS method,
    CAST(CAST(EPOCH_US(e.local_time) - EPOCH_US(b.local_time) AS DECIMAL(28, 0)) / 1000000 AS DECIMAL(18, 6)) AS set_by
  FROM events AS b
  JOIN events AS e ON e._path = b._path AND e._row = b._row + 1 AND e.kind = 'clock changed to'
  JOIN event_moment AS m ON m._ref = b._ref
  WHERE b.kind = 'clock changed from' AND b.local_time IS NOT NULL AND e.local_time IS NOT NULL
)
SELECT MIN(_ref) AS _ref, host, method, MIN("at") AS "at", CAST(-set_by AS DECIMAL(18, 6)) AS seconds
FROM said
WHERE set_by IS NOT NULL
GROUP BY host, method, DATE_TRUNC('second', "at"), set_by
