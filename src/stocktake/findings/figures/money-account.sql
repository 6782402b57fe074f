-- title: Account of the money
-- note: For each site, the money recorded equals the money counted and the money not counted, by reason.
-- unit: classes of money
-- keys: site_id, currency, reason, table_name, exhibit
-- sums: found, mapped, set_aside
SELECT site_id, currency, reason, table_name, exhibit, found, mapped, set_aside, source_id AS subject_id
FROM completeness WHERE measure = 'money'
