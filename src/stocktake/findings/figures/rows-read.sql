-- title: Rows read from each table
-- note: Every row found in a table of the exhibits is either mapped, which means that it went into the figures' tables, or set aside with a reason. Tables of one name that lie in several files of an exhibit are counted together.
-- unit: classes of rows
-- keys: exhibit, table_name, reason, site_id, lies_in
-- sums: found, mapped, set_aside
SELECT
  exhibit, REGEXP_REPLACE(table_name, '^.*!', '') AS table_name, reason, site_id,
  CASE WHEN table_name LIKE '%!%' THEN REGEXP_REPLACE(table_name, '![^!]*$', '') END AS lies_in,
  CASE WHEN table_name LIKE '%!%' THEN REGEXP_REPLACE(table_name, '![^!]*$', '') END AS place,
  found, mapped, set_aside, source_id AS subject_id
FROM completeness WHERE measure = 'rows'
