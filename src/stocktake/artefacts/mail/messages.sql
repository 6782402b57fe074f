-- One row a message. Who wrote to whom are no accounts of the shop: the addresses are in `observables`.
SELECT
  'message:' || m._ref AS message_id, m.thread, m.at, m.subject, m.body, m.encrypted_to,
  CASE WHEN m.assumed AND m.at IS NOT NULL THEN 'derived' ELSE 'recorded' END AS basis,
  'source:' || m._ref AS source_id
FROM message AS m;
