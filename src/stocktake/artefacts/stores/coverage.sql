SELECT
  'leveldb' AS table_name, _path AS path, 'a store whose meaning is its program''s own' AS reason, COUNT(*) AS rows
FROM leveldb
GROUP BY _path;

SELECT
  'berkeleydb' AS table_name, _path AS path, 'a store whose meaning is its program''s own' AS reason, COUNT(*) AS rows
FROM berkeleydb
GROUP BY _path;
