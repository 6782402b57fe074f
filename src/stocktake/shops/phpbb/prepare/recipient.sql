-- To whom each private message went: those that it names, else those in whose folders it lies.
WITH named AS (
  SELECT
    p.msg_id,
    REGEXP_EXTRACT(COALESCE(p.to_address, '') || ':' || COALESCE(p.bcc_address, ''), 'u_([0-9]+)', 1) AS first,
    REGEXP_EXTRACT(COALESCE(p.to_address, '') || ':' || COALESCE(p.bcc_address, ''), 'u_[0-9]+.*u_([0-9]+)', 1) AS last
  FROM privmsgs AS p
),
held AS (
  SELECT t.msg_id, MIN(t.user_id) AS first, COUNT(DISTINCT t.user_id) AS holders
  FROM privmsgs_to AS t
  WHERE t.user_id <> t.author_id AND t.folder_id NOT IN (-1, -2)
  GROUP BY t.msg_id
)
SELECT
  n.msg_id,
  CASE
    WHEN n.first <> '' AND n.last = '' THEN TRY_CAST(n.first AS BIGINT)
    WHEN n.first = '' AND h.holders = 1 THEN h.first
  END AS user_id
FROM named AS n
LEFT JOIN held AS h ON h.msg_id = n.msg_id
