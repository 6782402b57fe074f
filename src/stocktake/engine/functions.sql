-- The functions that shop SQL may use beside plain SQL, as DuckDB macros. They are few, and each can be
-- defined for Spark with the same result.

-- Text to money, exactly: never through a float. What is no number is NULL. Commas between thousands are read
-- where they can be nothing else: 1,234.50 and 1,234,567, but not 1,234, which may be a decimal comma.
CREATE OR REPLACE MACRO to_money(recorded) AS
  TRY_CAST(
    CASE
      WHEN regexp_full_match(
        TRIM(CAST(recorded AS VARCHAR)), '-?[1-9][0-9]{0,2}((,[0-9]{3})+\.[0-9]+|(,[0-9]{3}){2,})')
        THEN REPLACE(TRIM(CAST(recorded AS VARCHAR)), ',', '')
      ELSE TRIM(CAST(recorded AS VARCHAR))
    END
    AS DECIMAL(38, 18));

-- Whether to_money reads this text and leaves digits out, those after the 18th decimal. Most texts are too
-- short for that, and are passed by without being read.
CREATE OR REPLACE MACRO is_cut(recorded) AS
  CASE
    WHEN LENGTH(CAST(recorded AS VARCHAR)) > 19 OR CAST(recorded AS VARCHAR) ILIKE '%e-%'
      THEN to_money(recorded) IS NOT NULL
        AND (regexp_matches(CAST(recorded AS VARCHAR), '\.[0-9]{18}[0-9]*[1-9]')
          OR (CAST(recorded AS VARCHAR) ILIKE '%e-%'
            AND TRY_CAST(recorded AS DOUBLE) <> CAST(to_money(recorded) AS DOUBLE)))
    ELSE FALSE
  END;

-- Seconds since 1970, as number or text, to UTC. Outside the years 1 to 9999: NULL.
CREATE OR REPLACE MACRO unix_to_utc(seconds) AS
  CASE
    WHEN TRY_CAST(seconds AS BIGINT) BETWEEN -62135596800 AND 253402300799
      THEN make_timestamp(TRY_CAST(seconds AS BIGINT) * 1000000)
  END;

-- An IANA zone name or an offset such as +05:30 as it stands; anything else NULL.
CREATE OR REPLACE MACRO known_zone(zone) AS
  CASE
    WHEN regexp_full_match(zone, '[+-](0[0-9]|1[0-4]):[0-5][0-9]') THEN zone
    WHEN zone IN (SELECT name FROM pg_timezone_names()) THEN zone
  END;

-- Wall-clock time in a zone (as known_zone gives it) to UTC. A time that happened twice when the clocks went
-- back is the later one; a time that was skipped is read as if the clocks had not yet gone forward.
CREATE OR REPLACE MACRO local_to_utc(local, zone) AS
  CASE
    WHEN zone IS NULL OR local IS NULL THEN NULL
    WHEN zone LIKE '+%' OR zone LIKE '-%'
      THEN local - to_minutes(
        (CASE WHEN zone LIKE '-%' THEN -1 ELSE 1 END)
        * (TRY_CAST(substr(zone, 2, 2) AS INTEGER) * 60 + TRY_CAST(substr(zone, 5, 2) AS INTEGER)))
    ELSE timezone('UTC', timezone(zone, local))
  END;

-- To 0, 1, 2, 3, 4 or 8 places (any other number: 2), half away from zero, as shops round.
CREATE OR REPLACE MACRO round_to(amount, places) AS
  CASE places
    WHEN 0 THEN TRY_CAST(ROUND(amount, 0) AS DECIMAL(38, 18))
    WHEN 1 THEN TRY_CAST(ROUND(amount, 1) AS DECIMAL(38, 18))
    WHEN 3 THEN TRY_CAST(ROUND(amount, 3) AS DECIMAL(38, 18))
    WHEN 4 THEN TRY_CAST(ROUND(amount, 4) AS DECIMAL(38, 18))
    WHEN 8 THEN TRY_CAST(ROUND(amount, 8) AS DECIMAL(38, 18))
    ELSE TRY_CAST(ROUND(amount, 2) AS DECIMAL(38, 18))
  END;

-- One amount by another to 8 places, half away from zero, exactly. NULL where the divisor is 0 or either is
-- too large (10^20 and more).
CREATE OR REPLACE MACRO ratio(amount, divisor) AS
  TRY_CAST(
    CASE
      WHEN TRY_CAST(divisor AS DECIMAL(28, 8)) <> 0 AND TRY_CAST(amount AS DECIMAL(28, 8)) IS NOT NULL
        THEN SIGN(amount) * SIGN(divisor) * CAST(
          (2 * CAST(ABS(TRY_CAST(amount AS DECIMAL(28, 8))) * 100000000 AS HUGEINT) * 100000000
            + CAST(ABS(TRY_CAST(divisor AS DECIMAL(28, 8))) * 100000000 AS HUGEINT))
          // (2 * CAST(ABS(TRY_CAST(divisor AS DECIMAL(28, 8))) * 100000000 AS HUGEINT))
          AS DECIMAL(38, 0)) * CAST(0.00000001 AS DECIMAL(9, 8))
    END
    AS DECIMAL(38, 18));

-- Text that was escaped for HTML before it was stored, as it was typed.
CREATE OR REPLACE MACRO unescape_html(escaped) AS
  CASE
    WHEN escaped LIKE '%&%' THEN REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(REPLACE(
      escaped, '&lt;', '<'), '&gt;', '>'), '&quot;', '"'), '&#039;', chr(39)), '&#39;', chr(39)), '&amp;', '&')
    ELSE escaped
  END;

-- Two hexadecimal digits in lower case as a number in text.
CREATE OR REPLACE MACRO hex_to_number(two) AS
  CAST(
    (instr('0123456789abcdef', substr(two, 1, 1)) - 1) * 16 + instr('0123456789abcdef', substr(two, 2, 1)) - 1
    AS VARCHAR);

-- An IP address that was stored as its bytes, given as 8 or 32 hexadecimal digits; anything else NULL. IPv6 is
-- written in full.
CREATE OR REPLACE MACRO hex_to_ip(digits) AS
  CASE
    WHEN regexp_full_match(lower(digits), '[0-9a-f]{8}') THEN
      hex_to_number(substr(lower(digits), 1, 2)) || '.' || hex_to_number(substr(lower(digits), 3, 2)) || '.'
        || hex_to_number(substr(lower(digits), 5, 2)) || '.' || hex_to_number(substr(lower(digits), 7, 2))
    WHEN regexp_full_match(lower(digits), '[0-9a-f]{32}') THEN
      regexp_replace(lower(digits), '(....)(....)(....)(....)(....)(....)(....)(....)',
        '\1:\2:\3:\4:\5:\6:\7:\8')
  END;

-- Every place of a text that a regular expression fits, replaced.
CREATE OR REPLACE MACRO replace_all(recorded, pattern, instead) AS regexp_replace(recorded, pattern, instead, 'g');

-- HTML or the like as plain text: a line break where it has one or ends a block, no tags, characters as typed.
CREATE OR REPLACE MACRO without_markup(recorded) AS
  CASE
    WHEN recorded LIKE '%<%' OR recorded LIKE '%&%' THEN TRIM(unescape_html(REPLACE(regexp_replace(
      regexp_replace(recorded, '(?i)(<br */?>|</(p|div|li|tr|h[1-6]|blockquote)>)[\r\n]*', chr(10), 'g'),
      '<[^<>]*>', '', 'g'), '&nbsp;', ' ')), ' ' || chr(10) || chr(13))
    ELSE recorded
  END;
