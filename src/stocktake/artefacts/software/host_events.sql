-- Applications that lie on the host, by what their own files state.
SELECT
  'event:' || _ref AS event_id, 'application installed' AS kind,
  software || COALESCE(' ' || version, ', version not stated') || ' in ' || folder AS text, 'source:' || _ref AS source_id
FROM applications;
