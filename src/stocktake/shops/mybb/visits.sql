-- From where members wrote and were seen. Addresses are stored as their bytes.
SELECT
  'visit:' || v.ref AS visit_id, site.site_id, m.account_id,
  CASE WHEN v.moment > 0 THEN unix_to_utc(v.moment) END AS at, v.ip, v.method, v.page AS path, v.user_agent,
  'source:' || v.ref AS source_id
FROM (
  SELECT _ref AS ref, uid, dateline AS moment, hex_to_ip(ipaddress) AS ip, 'POST' AS method,
    CAST(NULL AS VARCHAR) AS page, CAST(NULL AS VARCHAR) AS user_agent
  FROM posts
  UNION ALL
  SELECT ref, fromid, dateline, hex_to_ip(ipaddress), 'POST', CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR)
  FROM private_message
  UNION ALL
  SELECT _ref, uid, time, hex_to_ip(ip), 'GET', location, useragent FROM sessions
  UNION ALL
  SELECT _ref, uid, lastactive, hex_to_ip(ip), 'GET', CAST(NULL AS VARCHAR), useragent FROM adminsessions
) AS v
CROSS JOIN site
LEFT JOIN member AS m ON m.uid = v.uid
WHERE v.ip IS NOT NULL;
