-- Addresses in profiles, as they now are and as they were when they were used.
WITH every AS (
  SELECT 'now' AS kind, a._ref AS ref, a.entity_id, a.revision_id, a.address_country_code, a.address_administrative_area,
    a.address_locality, a.address_postal_code, a.address_address_line1, a.address_address_line2, a.address_organization,
    a.address_given_name, a.address_family_name
  FROM profile__address AS a
  UNION ALL
  SELECT 'then', a._ref, a.entity_id, a.revision_id, a.address_country_code, a.address_administrative_area,
    a.address_locality, a.address_postal_code, a.address_address_line1, a.address_address_line2, a.address_organization,
    a.address_given_name, a.address_family_name
  FROM profile_revision__address AS a
)
SELECT
  kind, ref, entity_id, revision_id,
  NULLIF(TRIM(COALESCE(address_given_name, '') || ' ' || COALESCE(address_family_name, '')
    || CASE WHEN TRIM(address_organization) <> '' THEN ', ' || address_organization ELSE '' END), '') AS name,
  NULLIF(address_address_line1, '') AS line1, NULLIF(address_address_line2, '') AS line2,
  NULLIF(address_locality, '') AS city, NULLIF(address_administrative_area, '') AS region,
  NULLIF(address_postal_code, '') AS postcode, NULLIF(UPPER(address_country_code), '') AS country,
  TRIM(COALESCE(address_address_line1, '') || COALESCE(address_locality, '') || COALESCE(address_postal_code, '')) <> ''
    AS is_filled
FROM every
