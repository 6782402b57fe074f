-- Each private message once: sender and receivers have a copy each, of the same moment, subject and text.
SELECT
  fromid, dateline, subject, message,
  COALESCE(MIN(CASE WHEN folder = 2 THEN pmid END), MIN(pmid)) AS pmid,
  MIN_BY(_ref, CASE WHEN folder = 2 THEN 0 ELSE pmid END) AS ref,
  CASE
    WHEN COUNT(DISTINCT CASE WHEN toid > 0 THEN toid END) = 1 THEN MIN(CASE WHEN toid > 0 THEN toid END)
    WHEN COUNT(DISTINCT CASE WHEN folder NOT IN (2, 3) AND uid <> fromid THEN uid END) = 1
      THEN MIN(CASE WHEN folder NOT IN (2, 3) AND uid <> fromid THEN uid END)
  END AS toid,
  MIN(folder) = 3 AND MAX(folder) = 3 AS is_draft, MIN_BY(ipaddress, pmid) AS ipaddress
FROM privatemessages
GROUP BY fromid, dateline, subject, message
