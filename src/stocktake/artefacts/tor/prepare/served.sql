-- What torrc says a service's folder leads to. Its path is absolute on the system that was seized, whose root may
-- be any folder of the exhibit.
SELECT
  s.folder, STRING_AGG(DISTINCT p.port || ' to ' || p.target, ', ' ORDER BY p.port || ' to ' || p.target) AS ports
FROM (SELECT DISTINCT folder FROM onion_services) AS s
JOIN onion_ports AS p ON ('/' || s.folder) LIKE '%/' || TRIM(p.folder, '/')
GROUP BY s.folder
