SELECT 'shipment:' || b.ref AS shipment_id, b.order_id, b.track_number AS tracking_number, 'source:' || b.ref AS source_id
FROM bought AS b
WHERE b.track_number IS NOT NULL;
