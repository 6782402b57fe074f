-- One row a message. Who wrote to whom are no accounts of the shop: the addresses are in `observables`.
SELECT
  'message:' || m._ref AS message_id, m.thread, m.at, m.subject, m.body, m.encrypted_to, p.addresses, p.sender, p.recipients,
  CASE WHEN m.assumed AND m.at IS NOT NULL THEN 'derived' ELSE 'recorded' END AS basis,
  'source:' || m._ref AS source_id
FROM message AS m
LEFT JOIN (
  SELECT
    _path, message, STRING_AGG(DISTINCT LOWER(address), ' ' ORDER BY LOWER(address)) AS addresses,
    MIN_BY(LOWER(address), _row) FILTER (WHERE role = 'from') AS sender,
    STRING_AGG(DISTINCT LOWER(address), ' ' ORDER BY LOWER(address)) FILTER (WHERE role IN ('to', 'cc', 'bcc'))
      AS recipients
  FROM mail_participants
  WHERE address <> ''
  GROUP BY _path, message
) AS p ON p._path = m._path AND p.message = m._row;
