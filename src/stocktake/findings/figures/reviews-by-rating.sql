-- title: Reviews by rating
-- note: Every review of a listing found, by the rating that it gives.
-- unit: reviews
-- keys: rating, site_id
SELECT reviews.rating, listings.site_id, reviews.review_id AS subject_id
FROM reviews LEFT JOIN listings ON listings.listing_id = reviews.listing_id
WHERE reviews.captured IS NOT TRUE
