-- title: Messages
-- note: Messages and notes found, such as notes on orders and messages between buyer and shop, by whether the text is encrypted.
-- unit: messages
-- keys: form, site_id
SELECT
  CASE WHEN encrypted_to IS NULL THEN 'plain' ELSE 'encrypted' END AS form,
  site_id, message_id AS subject_id
FROM messages
