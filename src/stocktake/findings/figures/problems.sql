-- title: Problems
-- note: What could not be read, mapped or matched, by severity and by the stage at which it was met.
-- unit: problems
-- keys: severity, stage, exhibit
-- order: rank
SELECT
  severity, stage, exhibit,
  CASE severity WHEN 'error' THEN 1 WHEN 'warning' THEN 2 ELSE 3 END AS rank,
  problem_id AS subject_id
FROM problems
