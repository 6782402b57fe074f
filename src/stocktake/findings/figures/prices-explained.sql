-- title: What explains the prices of lines
-- note: For each line of an order, the price or tier of the shop's tables that gives its sum: explained. Lines that cost what others paid then, at that quantity, have a price that no table holds any more.
-- unit: lines
-- keys: explained, explanation, discounted, site_id
-- order: explained desc, count desc
SELECT explained, explanation, discounted, site_id, sentence, line_id AS subject_id
FROM price_explanations
