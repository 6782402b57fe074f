-- Secret keys of onion services: where they lie, and a keyed fingerprint.
SELECT
  'event:' || _ref AS event_id, 'onion service key' AS kind,
  'secret key of ' || name || ' in ' || found_in || ', not encrypted, keyed fingerprint ' || secret AS text,
  'source:' || _ref AS source_id
FROM onion_services
WHERE secret IS NOT NULL;

-- Clients that may reach a service.
SELECT
  'event:' || _ref AS event_id, 'onion service client' AS kind, client AS user,
  'may reach the service in ' || folder || ', key ' || public_key AS text, 'source:' || _ref AS source_id
FROM onion_clients;

-- What Tor was set up to pass on.
SELECT
  'event:' || _ref AS event_id, 'onion service port' AS kind,
  'port ' || port || ' of the service in ' || folder || ' leads to ' || target AS text, 'source:' || _ref AS source_id
FROM onion_ports;
