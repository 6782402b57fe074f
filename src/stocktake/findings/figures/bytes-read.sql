-- title: Bytes read from each exhibit
-- note: Every byte of the files read either belongs to a row or statement that was read, or is set aside with a reason.
-- unit: classes of bytes
-- keys: exhibit, table_name, reason
-- sums: found, mapped, set_aside
SELECT exhibit, table_name, reason, found, mapped, set_aside, source_id AS subject_id
FROM completeness WHERE measure = 'bytes'
