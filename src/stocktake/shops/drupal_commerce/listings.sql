SELECT
  listing_id, site_id, title, description, price, currency, status, created_at, updated_at, 'source:' || ref AS source_id
FROM variation;
