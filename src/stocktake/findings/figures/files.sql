-- title: Files
-- note: Every file of the exhibits, by what declares its content. The system's own package list could be changed by whoever had the system; a hash set was taken into the case from outside. Changed is a file that lies where a package or a program has another content; so are files of configuration, which who runs a system changes in the ordinary way, and which are counted apart.
-- unit: files
-- keys: state, exhibit
SELECT
  CASE
    WHEN changed_from LIKE '%a file of configuration' THEN 'configuration that was changed'
    WHEN changed_from IS NOT NULL THEN 'changed from what was declared'
    WHEN known IS NOT NULL THEN 'known by ' || known_by
    ELSE 'other'
  END AS state, exhibit, item_id AS subject_id
FROM items
