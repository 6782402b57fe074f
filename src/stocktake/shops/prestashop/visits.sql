-- PrestaShop keeps the address of each visit as a number.
SELECT
  'visit:' || v._ref AS visit_id, COALESCE(site.site_id, first.site_id) AS site_id, c.account_id,
  local_to_utc(v.date_add, COALESCE(site.zone, first.zone)) AS at,
  CASE
    WHEN v.ip_address > 0 AND v.ip_address < 4294967296
      THEN CAST(CAST(FLOOR(v.ip_address / 16777216) AS BIGINT) AS VARCHAR) || '.'
        || CAST(CAST(FLOOR(v.ip_address / 65536) AS BIGINT) % 256 AS VARCHAR) || '.'
        || CAST(CAST(FLOOR(v.ip_address / 256) AS BIGINT) % 256 AS VARCHAR) || '.'
        || CAST(v.ip_address % 256 AS VARCHAR)
  END AS ip,
  NULLIF(v.http_referer, '') AS referrer, 'source:' || v._ref AS source_id
FROM connections AS v
LEFT JOIN site ON site.id_shop = v.id_shop
LEFT JOIN site AS first ON first.id_shop = (SELECT MIN(id_shop) FROM site)
LEFT JOIN guest AS g ON g.id_guest = v.id_guest
LEFT JOIN shop_customer AS c ON c.id_customer = g.id_customer AND g.id_customer > 0;
