-- How far each host's clock was off, as its time service said when it compared. The value is the middle one.
SELECT
  'skew:' || MIN_BY(c._ref, c."at") AS skew_id, c.host, c.method, CAST(MEDIAN(c.seconds) AS DECIMAL(18, 6)) AS seconds,
  MIN(c.seconds) AS least, MAX(c.seconds) AS most, COUNT(*) AS pairs, MIN(c."at") AS first_at, MAX(c."at") AS last_at,
  CASE
    WHEN c.method LIKE '% in utmp' THEN 'the clock before and after it was set: it was off by as much, if it was set right'
    WHEN c.method LIKE 'statements of %' THEN 'what a service said that compares the clock with servers of time'
    ELSE 'the wall clock against the time since the boot: before it was set it was off by as much, if it was set right'
  END AS how,
  LIST_SLICE(LIST_SORT(LIST(DISTINCT 'source:' || c._ref)), 1, 20) AS source_ids,
  'derived' AS basis, 'source:' || MIN_BY(c._ref, c."at") AS source_id
FROM clock_statement AS c
GROUP BY c.host, c.method;
