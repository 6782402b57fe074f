SELECT
  'captures' AS table_name, _path AS path, CASE WHEN item IS NULL THEN 'a record without a file: ' || kind END AS reason,
  COUNT(*) AS rows
FROM captures
GROUP BY _path, 3;

SELECT
  'captured_listings' AS table_name, l._path AS path,
  CASE WHEN o._ref IS NULL THEN 'a listing without an address, or without title and price' END AS reason,
  COUNT(*) AS rows
FROM captured_listings AS l
LEFT JOIN observed AS o ON o._ref = l._ref
GROUP BY l._path, 3;

SELECT
  'captured_tiers' AS table_name, t._path AS path,
  CASE
    WHEN o._ref IS NULL THEN 'of a listing that was set aside'
    WHEN t.least IS NULL OR t.price IS NULL THEN 'without a quantity or a price'
    WHEN t.least <= 1 THEN 'the price of one, which the listing has'
  END AS reason,
  COUNT(*) AS rows
FROM captured_tiers AS t
LEFT JOIN observed AS o ON o._path = t._path AND o._row = t.listing
GROUP BY t._path, 3;

SELECT
  'captured_reviews' AS table_name, _path AS path,
  CASE WHEN body IS NULL AND rating IS NULL THEN 'without a text or a rating' END AS reason, COUNT(*) AS rows
FROM captured_reviews
GROUP BY _path, 3;

SELECT
  'captured_vendors' AS table_name, _path AS path, CASE WHEN host IS NULL THEN 'without a host' END AS reason,
  COUNT(*) AS rows
FROM captured_vendors
GROUP BY _path, 3;
