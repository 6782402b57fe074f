-- title: Older versions of rows
-- note: Rows of earlier sources in whose place the row of a later source stands, so that each counts once.
-- unit: rows
-- keys: table_name, reason, site_id, exhibit
SELECT table_name, reason, site_id, exhibit, superseded_id AS subject_id
FROM superseded
