-- title: Parcels sent, by carrier
-- note: Every record of a parcel sent, by the carrier recorded for it.
-- unit: parcels
-- keys: carrier, site_id
-- order: count desc
SELECT shipments.carrier, orders.site_id, shipments.shipment_id AS subject_id
FROM shipments LEFT JOIN orders ON orders.order_id = shipments.order_id
