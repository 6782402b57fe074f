-- The shop of each application: one of the same exhibit, else one of another that also has a name of a host that
-- leads to the application, because names of databases repeat. Of several that one whose name fits, then the one
-- under the very prefix, then the first.
SELECT exhibit, database_name, table_prefix, site_id
FROM (
  SELECT
    exhibit, database_name, table_prefix, site_id,
    ROW_NUMBER() OVER (
      PARTITION BY exhibit, database_name, table_prefix
      ORDER BY elsewhere, named DESC, numbered, LENGTH(site_id), site_id
    ) AS place
  FROM candidate
  WHERE elsewhere = 0 OR named = 1
)
WHERE place = 1
