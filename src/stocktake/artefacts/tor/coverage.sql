SELECT 'onion_services' AS table_name, _path AS path, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows
FROM onion_services
GROUP BY _path;

SELECT 'onion_clients' AS table_name, _path AS path, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows
FROM onion_clients
GROUP BY _path;

SELECT 'onion_ports' AS table_name, _path AS path, CAST(NULL AS VARCHAR) AS reason, COUNT(*) AS rows
FROM onion_ports
GROUP BY _path;
