-- title: What changed between sources
-- note: Values of a shop's rows that differ between an earlier and a later source, and rows that are in the earlier alone: vanished where the later source holds that table and was read whole, missing where it need not have held them.
-- unit: changes
-- keys: kind, table_name, column_name, site_id, from_source, to_source
SELECT kind, table_name, column_name, site_id, from_source, to_source, old_value, new_value, change_id AS subject_id
FROM row_changes
