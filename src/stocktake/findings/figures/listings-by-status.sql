-- title: Listings by status
-- note: Every thing offered for sale that the site's tables hold, by the status recorded for it. What captures of a site's pages showed is apart.
-- unit: listings
-- keys: status, site_id
-- order: count desc
SELECT status, site_id, listing_id AS subject_id
FROM listings
WHERE captured IS NOT TRUE
