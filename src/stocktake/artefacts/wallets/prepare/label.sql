-- What the wallet's owner noted of an address or a transaction, all of it in one text.
SELECT _path, subject, STRING_AGG(text, '; ' ORDER BY text) AS noted
FROM (
  SELECT DISTINCT
    _path, subject,
    CASE WHEN label IS NULL THEN purpose ELSE 'label "' || label || '"' END AS text
  FROM wallet_labels
  WHERE COALESCE(label, purpose, '') <> ''
) AS l
GROUP BY _path, subject
