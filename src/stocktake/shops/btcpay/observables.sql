SELECT
  'observable:' || k.ref || '/' || SUBSTR(k.key, 1, 24) AS observable_id, 'extended_public_key' AS kind, k.key AS value,
  k.key AS normalised, CAST(NULL AS BOOLEAN) AS valid, 'item:' || shop.exhibit || '/' || shop.path AS item_id,
  CONCAT_WS('; ', 'store ' || site.name, k.coin, 'scheme ' || k.scheme) AS context, 'source:' || k.ref AS source_id
FROM public_key AS k
CROSS JOIN shop
LEFT JOIN site ON site.store_id = k.store_id;
