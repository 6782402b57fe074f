-- title: Rows read from each table
-- note: Every row found in a table of the exhibits is either mapped, which means that it went into the figures' tables, or set aside with a reason.
-- unit: classes of rows
-- keys: exhibit, table_name, reason, site_id
-- sums: found, mapped, set_aside
SELECT exhibit, table_name, reason, site_id, found, mapped, set_aside, source_id AS subject_id
FROM completeness WHERE measure = 'rows'
