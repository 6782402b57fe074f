-- An offer is the price of one from a quantity on. One that was taken off is kept; it ended when it was last changed.
SELECT
  p.listing_id, site.site_id, o.min_quantity, o.price, 'unit' AS price_kind, o.created_at AS valid_from,
  CASE WHEN o.deleted THEN o.updated_at END AS valid_to, 'source:' || o._ref AS source_id
FROM offers AS o
JOIN product AS p ON p.id = o.product_id
CROSS JOIN site;
