-- What invoices hold beside their columns, from the old gzip blob or the JSON that took its place.
SELECT Id, path, k1, k2, k3, value FROM invoice_json
UNION ALL
SELECT g.Id, g.path, g.k1, g.k2, g.k3, g.value
FROM invoice_gzip AS g
WHERE g.Id NOT IN (SELECT Id FROM invoice_json)
