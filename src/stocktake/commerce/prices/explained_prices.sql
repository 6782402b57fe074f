-- What explains the price of lines of one listing, quantity and sum, in a sentence. Where no offer fits, it is told so,
-- with what others paid: at least three lines with the same price of one, from the same quantity on.
WITH alike AS (
  SELECT
    listing_id, variation, currency, unit_price, min_quantity, SUM(lines) AS lines,
    MIN(first_at) AS first_at, MAX(last_at) AS last_at
  FROM matched_prices
  WHERE fit IS NULL AND listing_id IS NOT NULL AND left_over IS NULL AND unit_price IS NOT NULL
  GROUP BY listing_id, variation, currency, unit_price, min_quantity
  HAVING SUM(lines) >= 3
),
-- A line of a discounted order may have had its discount taken off, or have it apart.
unlike AS (
  SELECT
    m.*, COALESCE(plain.lines, fuller.lines) AS others, COALESCE(plain.first_at, fuller.first_at) AS since,
    COALESCE(plain.last_at, fuller.last_at) AS until,
    plain.lines IS NULL AND fuller.lines IS NOT NULL AS was_discounted
  FROM matched_prices AS m
  LEFT JOIN alike AS plain
    ON m.fit IS NULL AND plain.listing_id = m.listing_id AND plain.unit_price = m.unit_price
    AND plain.variation IS NOT DISTINCT FROM m.variation AND plain.currency IS NOT DISTINCT FROM m.currency
    AND plain.min_quantity IS NOT DISTINCT FROM m.min_quantity
  LEFT JOIN alike AS fuller
    ON m.fit IS NULL AND fuller.listing_id = m.listing_id AND fuller.unit_price = m.full_price
    AND fuller.variation IS NOT DISTINCT FROM m.variation AND fuller.currency IS NOT DISTINCT FROM m.currency
    AND fuller.min_quantity IS NOT DISTINCT FROM m.min_quantity
),
told AS (
  SELECT
    m.*,
    CASE
      WHEN m.fit IS NOT NULL THEN m.how
      WHEN m.others IS NOT NULL THEN 'as others paid'
      WHEN m.listing_id IS NULL THEN 'listing not there'
      WHEN m.how IS NULL THEN 'no price there'
      ELSE 'not explained'
    END AS explanation,
    CASE
      WHEN m.quantity = FLOOR(m.quantity) THEN CAST(CAST(m.quantity AS BIGINT) AS VARCHAR)
      ELSE CAST(CAST(m.quantity AS DECIMAL(18, 3)) AS VARCHAR)
    END AS pieces,
    CASE
      WHEN m.min_quantity = FLOOR(m.min_quantity) THEN CAST(CAST(m.min_quantity AS BIGINT) AS VARCHAR)
      ELSE CAST(CAST(m.min_quantity AS DECIMAL(18, 3)) AS VARCHAR)
    END AS least,
    CAST(CAST(m.unit_price AS DECIMAL(18, 2)) AS VARCHAR) || COALESCE(' ' || m.currency, '') AS each_price,
    CAST(CAST(m.expected_price AS DECIMAL(18, 2)) AS VARCHAR) || COALESCE(' ' || m.currency, '') AS offer,
    CAST(CAST(ABS(m.unit_price - m.expected_price) AS DECIMAL(18, 2)) AS VARCHAR) AS apart
  FROM unlike AS m
),
worded AS (
  SELECT
    t.*,
    CASE t.how
      WHEN 'listing price' THEN 'the listing''s price'
      WHEN 'earlier price' THEN 'the listing''s earlier price'
      WHEN 'variation' THEN 'the price of this variation'
      WHEN 'price for a time' THEN 'a price for a time'
      WHEN 'price of a group' THEN 'a price of its own'
      WHEN 'earlier tier' THEN 'the earlier tier of ' || t.least || ' or more'
      WHEN 'tier' THEN 'the tier of ' || t.least || ' or more'
    END
    || CASE
      WHEN t.percent IS NOT NULL THEN ', ' || CAST(CAST(t.percent AS DECIMAL(9, 2)) AS VARCHAR) || ' per cent off'
      ELSE ''
    END
    || CASE WHEN t.customer_group IS NOT NULL THEN ', for the customer group ' || t.customer_group ELSE '' END
    || CASE
      WHEN t.open_from IS NOT NULL AND t.open_to IS NOT NULL
        THEN ', from ' || CAST(CAST(t.open_from AS DATE) AS VARCHAR) || ' to ' || CAST(CAST(t.open_to AS DATE) AS VARCHAR)
      WHEN t.open_from IS NOT NULL THEN ', from ' || CAST(CAST(t.open_from AS DATE) AS VARCHAR)
      WHEN t.open_to IS NOT NULL THEN ', until ' || CAST(CAST(t.open_to AS DATE) AS VARCHAR)
      ELSE ''
    END AS words
  FROM told AS t
)
SELECT
  w.number, w.listing_id, w.variation, w.quantity, w.unit_price, w.currency, w.currency_rate, w.charged,
  w.left_over, w.asked_at, w.explanation,
  w.fit IS NOT NULL AS explained, COALESCE(w.fit = 'discounted', w.was_discounted) AS discounted,
  w.expected_price, w.unit_price - w.expected_price AS difference, w.min_quantity, w.customer_group, w.price_source_id,
  CASE
    WHEN w.fit = 'charged' THEN w.pieces || ' at ' || w.each_price || ': ' || w.words || '.'
    WHEN w.fit = 'discounted'
      THEN w.pieces || ' at ' || w.each_price || ': ' || w.words || ' (' || w.offer || '), less '
        || CAST(CAST((1 - w.left_over) * 100 AS DECIMAL(9, 1)) AS VARCHAR) || ' per cent by the order''s discount.'
    WHEN w.explanation = 'as others paid'
      THEN w.pieces || ' at ' || w.each_price || ': no offer that the tables hold, but what '
        || CAST(w.others AS VARCHAR) || ' lines cost'
        || CASE WHEN w.min_quantity > 1 THEN ' from ' || w.least || ' on' ELSE '' END || ' between '
        || CAST(CAST(w.since AS DATE) AS VARCHAR) || ' and ' || CAST(CAST(w.until AS DATE) AS VARCHAR)
        || CASE WHEN w.was_discounted THEN ', less the order''s discount' ELSE '' END
        || '; ' || w.words || ' is ' || w.offer || ' now.'
    WHEN w.explanation = 'not explained'
      THEN COALESCE(w.pieces || ' at ' || w.each_price, 'No price of the line is recorded') || ': not explained; '
        || w.words || ' is ' || w.offer
        || CASE
          WHEN w.unit_price > w.expected_price THEN ', which is ' || w.apart || ' less'
          WHEN w.unit_price < w.expected_price THEN ', which is ' || w.apart || ' more'
          ELSE ''
        END || '.'
    WHEN w.explanation = 'listing not there' THEN 'The listing that was bought is not in the tables, so its price is not.'
    ELSE 'The tables hold no price of what was bought, in this quantity and currency.'
  END AS sentence
FROM worded AS w
