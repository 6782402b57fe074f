-- Tables of a shop with Drupal Commerce 2 on Drupal 8 to 10, with its modules for payments, shipping and the log:
-- names and types follow from the fields of drupalcommerce/commerce, modules/*/src/Entity, and from how Drupal stores
-- fields (a table an entity, TABLE__FIELD for what may be there more than once). {p} stands for the table prefix.

CREATE TABLE `{p}config` (`collection` varchar(255) NOT NULL DEFAULT '', `name` varchar(255) NOT NULL DEFAULT '', `data` longblob DEFAULT NULL,
  PRIMARY KEY (`collection`, `name`));
CREATE TABLE `{p}commerce_store_field_data` (
  `store_id` int(10) unsigned NOT NULL, `type` varchar(32) NOT NULL, `langcode` varchar(12) NOT NULL, `uid` int(10) unsigned DEFAULT NULL,
  `name` varchar(255) NOT NULL, `mail` varchar(254) DEFAULT NULL, `default_currency` varchar(255) DEFAULT NULL, `timezone` varchar(255) DEFAULT NULL,
  `address__country_code` varchar(2) DEFAULT NULL, `address__locality` varchar(255) DEFAULT NULL, `is_default` tinyint(4) NOT NULL DEFAULT 0,
  `default_langcode` tinyint(4) NOT NULL DEFAULT 1, PRIMARY KEY (`store_id`, `langcode`));
CREATE TABLE `{p}users_field_data` (
  `uid` int(10) unsigned NOT NULL, `langcode` varchar(12) NOT NULL, `name` varchar(60) NOT NULL, `pass` varchar(255) DEFAULT NULL, `mail` varchar(254) DEFAULT NULL,
  `timezone` varchar(32) DEFAULT NULL, `status` tinyint(4) NOT NULL DEFAULT 1, `created` int(11) NOT NULL DEFAULT 0, `changed` int(11) DEFAULT NULL,
  `access` int(11) NOT NULL DEFAULT 0, `login` int(11) DEFAULT NULL, `init` varchar(254) DEFAULT NULL, `default_langcode` tinyint(4) NOT NULL DEFAULT 1,
  PRIMARY KEY (`uid`, `langcode`));
CREATE TABLE `{p}user__roles` (
  `bundle` varchar(128) NOT NULL DEFAULT '', `deleted` tinyint(4) NOT NULL DEFAULT 0, `entity_id` int(10) unsigned NOT NULL, `revision_id` int(10) unsigned NOT NULL,
  `langcode` varchar(32) NOT NULL DEFAULT '', `delta` int(10) unsigned NOT NULL, `roles_target_id` varchar(255) NOT NULL,
  PRIMARY KEY (`entity_id`, `deleted`, `delta`, `langcode`));
CREATE TABLE `{p}commerce_order` (
  `order_id` int(10) unsigned NOT NULL AUTO_INCREMENT, `type` varchar(32) NOT NULL, `uuid` varchar(128) NOT NULL, `order_number` varchar(255) DEFAULT NULL,
  `store_id` int(10) unsigned DEFAULT NULL, `uid` int(10) unsigned DEFAULT NULL, `mail` varchar(254) DEFAULT NULL, `ip_address` varchar(128) DEFAULT NULL,
  `billing_profile__target_id` int(10) unsigned DEFAULT NULL, `billing_profile__target_revision_id` int(10) unsigned DEFAULT NULL,
  `total_price__number` decimal(19,6) DEFAULT NULL, `total_price__currency_code` varchar(3) DEFAULT NULL, `total_paid__number` decimal(19,6) DEFAULT NULL,
  `total_paid__currency_code` varchar(3) DEFAULT NULL, `state` varchar(255) DEFAULT NULL, `data` longblob DEFAULT NULL, `locked` tinyint(4) DEFAULT NULL,
  `created` int(11) DEFAULT NULL, `changed` int(11) DEFAULT NULL, `placed` int(11) DEFAULT NULL, `completed` int(11) DEFAULT NULL,
  `checkout_step` varchar(255) DEFAULT NULL, `cart` tinyint(4) DEFAULT NULL, PRIMARY KEY (`order_id`));
CREATE TABLE `{p}commerce_order__adjustments` (
  `bundle` varchar(128) NOT NULL DEFAULT '', `deleted` tinyint(4) NOT NULL DEFAULT 0, `entity_id` int(10) unsigned NOT NULL, `revision_id` int(10) unsigned NOT NULL,
  `langcode` varchar(32) NOT NULL DEFAULT '', `delta` int(10) unsigned NOT NULL, `adjustments_value` longblob DEFAULT NULL,
  PRIMARY KEY (`entity_id`, `deleted`, `delta`, `langcode`));
CREATE TABLE `{p}commerce_order__order_items` (
  `bundle` varchar(128) NOT NULL DEFAULT '', `deleted` tinyint(4) NOT NULL DEFAULT 0, `entity_id` int(10) unsigned NOT NULL, `revision_id` int(10) unsigned NOT NULL,
  `langcode` varchar(32) NOT NULL DEFAULT '', `delta` int(10) unsigned NOT NULL, `order_items_target_id` int(10) unsigned NOT NULL,
  PRIMARY KEY (`entity_id`, `deleted`, `delta`, `langcode`));
CREATE TABLE `{p}commerce_order_item` (
  `order_item_id` int(10) unsigned NOT NULL AUTO_INCREMENT, `type` varchar(32) NOT NULL, `uuid` varchar(128) NOT NULL, `order_id` int(10) unsigned DEFAULT NULL,
  `purchased_entity` int(10) unsigned DEFAULT NULL, `title` varchar(512) DEFAULT NULL, `quantity` decimal(17,2) DEFAULT NULL, `unit_price__number` decimal(19,6) DEFAULT NULL,
  `unit_price__currency_code` varchar(3) DEFAULT NULL, `total_price__number` decimal(19,6) DEFAULT NULL, `total_price__currency_code` varchar(3) DEFAULT NULL,
  `data` longblob DEFAULT NULL, `created` int(11) DEFAULT NULL, `changed` int(11) DEFAULT NULL, PRIMARY KEY (`order_item_id`));
CREATE TABLE `{p}commerce_order_item__adjustments` (
  `bundle` varchar(128) NOT NULL DEFAULT '', `deleted` tinyint(4) NOT NULL DEFAULT 0, `entity_id` int(10) unsigned NOT NULL, `revision_id` int(10) unsigned NOT NULL,
  `langcode` varchar(32) NOT NULL DEFAULT '', `delta` int(10) unsigned NOT NULL, `adjustments_value` longblob DEFAULT NULL,
  PRIMARY KEY (`entity_id`, `deleted`, `delta`, `langcode`));
CREATE TABLE `{p}commerce_payment` (
  `payment_id` int(10) unsigned NOT NULL AUTO_INCREMENT, `type` varchar(255) NOT NULL, `uuid` varchar(128) NOT NULL, `payment_gateway` varchar(255) DEFAULT NULL,
  `payment_gateway_mode` varchar(255) DEFAULT NULL, `payment_method` int(10) unsigned DEFAULT NULL, `order_id` int(10) unsigned DEFAULT NULL,
  `remote_id` varchar(255) DEFAULT NULL, `remote_state` varchar(255) DEFAULT NULL, `amount__number` decimal(19,6) DEFAULT NULL, `amount__currency_code` varchar(3) DEFAULT NULL,
  `refunded_amount__number` decimal(19,6) DEFAULT NULL, `refunded_amount__currency_code` varchar(3) DEFAULT NULL, `state` varchar(255) DEFAULT NULL,
  `authorized` int(11) DEFAULT NULL, `expires` int(11) DEFAULT NULL, `completed` int(11) DEFAULT NULL, PRIMARY KEY (`payment_id`));
CREATE TABLE `{p}commerce_payment_method` (
  `method_id` int(10) unsigned NOT NULL AUTO_INCREMENT, `type` varchar(255) NOT NULL, `uuid` varchar(128) NOT NULL, `payment_gateway` varchar(255) DEFAULT NULL,
  `uid` int(10) unsigned DEFAULT NULL, `remote_id` varchar(255) DEFAULT NULL, `created` int(11) DEFAULT NULL, PRIMARY KEY (`method_id`));
CREATE TABLE `{p}commerce_payment_method__card_type` (
  `bundle` varchar(128) NOT NULL DEFAULT '', `deleted` tinyint(4) NOT NULL DEFAULT 0, `entity_id` int(10) unsigned NOT NULL, `revision_id` int(10) unsigned NOT NULL,
  `langcode` varchar(32) NOT NULL DEFAULT '', `delta` int(10) unsigned NOT NULL, `card_type_value` varchar(255) NOT NULL, PRIMARY KEY (`entity_id`, `deleted`, `delta`, `langcode`));
CREATE TABLE `{p}commerce_payment_method__card_number` (
  `bundle` varchar(128) NOT NULL DEFAULT '', `deleted` tinyint(4) NOT NULL DEFAULT 0, `entity_id` int(10) unsigned NOT NULL, `revision_id` int(10) unsigned NOT NULL,
  `langcode` varchar(32) NOT NULL DEFAULT '', `delta` int(10) unsigned NOT NULL, `card_number_value` varchar(255) NOT NULL, PRIMARY KEY (`entity_id`, `deleted`, `delta`, `langcode`));
CREATE TABLE `{p}commerce_shipment` (
  `shipment_id` int(10) unsigned NOT NULL AUTO_INCREMENT, `type` varchar(32) NOT NULL, `uuid` varchar(128) NOT NULL, `order_id` int(10) unsigned DEFAULT NULL,
  `shipping_method` int(10) unsigned DEFAULT NULL, `shipping_service` varchar(255) DEFAULT NULL, `shipping_profile__target_id` int(10) unsigned DEFAULT NULL,
  `shipping_profile__target_revision_id` int(10) unsigned DEFAULT NULL, `title` varchar(255) DEFAULT NULL, `weight__number` decimal(19,6) DEFAULT NULL,
  `weight__unit` varchar(255) DEFAULT NULL, `amount__number` decimal(19,6) DEFAULT NULL, `amount__currency_code` varchar(3) DEFAULT NULL, `tracking_code` varchar(255) DEFAULT NULL,
  `state` varchar(255) DEFAULT NULL, `created` int(11) DEFAULT NULL, `shipped` int(11) DEFAULT NULL, PRIMARY KEY (`shipment_id`));
CREATE TABLE `{p}profile` (
  `profile_id` int(10) unsigned NOT NULL AUTO_INCREMENT, `revision_id` int(10) unsigned DEFAULT NULL, `type` varchar(32) NOT NULL, `uuid` varchar(128) NOT NULL,
  `uid` int(10) unsigned DEFAULT NULL, `is_default` tinyint(4) DEFAULT NULL, `created` int(11) DEFAULT NULL, PRIMARY KEY (`profile_id`));
CREATE TABLE `{p}profile__address` (
  `bundle` varchar(128) NOT NULL DEFAULT '', `deleted` tinyint(4) NOT NULL DEFAULT 0, `entity_id` int(10) unsigned NOT NULL, `revision_id` int(10) unsigned NOT NULL,
  `langcode` varchar(32) NOT NULL DEFAULT '', `delta` int(10) unsigned NOT NULL, `address_country_code` varchar(2) DEFAULT NULL, `address_administrative_area` varchar(255) DEFAULT NULL,
  `address_locality` varchar(255) DEFAULT NULL, `address_postal_code` varchar(255) DEFAULT NULL, `address_address_line1` varchar(255) DEFAULT NULL,
  `address_address_line2` varchar(255) DEFAULT NULL, `address_organization` varchar(255) DEFAULT NULL, `address_given_name` varchar(255) DEFAULT NULL,
  `address_family_name` varchar(255) DEFAULT NULL, PRIMARY KEY (`entity_id`, `deleted`, `delta`, `langcode`));
CREATE TABLE `{p}profile_revision__address` LIKE `{p}profile__address`;
ALTER TABLE `{p}profile_revision__address` DROP PRIMARY KEY, ADD PRIMARY KEY (`entity_id`, `revision_id`, `deleted`, `delta`, `langcode`);
CREATE TABLE `{p}commerce_product_field_data` (
  `product_id` int(10) unsigned NOT NULL, `type` varchar(32) NOT NULL, `langcode` varchar(12) NOT NULL, `status` tinyint(4) NOT NULL, `uid` int(10) unsigned DEFAULT NULL,
  `title` varchar(255) DEFAULT NULL, `created` int(11) DEFAULT NULL, `changed` int(11) DEFAULT NULL, `default_langcode` tinyint(4) NOT NULL DEFAULT 1,
  PRIMARY KEY (`product_id`, `langcode`));
CREATE TABLE `{p}commerce_product__body` (
  `bundle` varchar(128) NOT NULL DEFAULT '', `deleted` tinyint(4) NOT NULL DEFAULT 0, `entity_id` int(10) unsigned NOT NULL, `revision_id` int(10) unsigned NOT NULL,
  `langcode` varchar(32) NOT NULL DEFAULT '', `delta` int(10) unsigned NOT NULL, `body_value` longtext NOT NULL, `body_format` varchar(255) DEFAULT NULL,
  PRIMARY KEY (`entity_id`, `deleted`, `delta`, `langcode`));
CREATE TABLE `{p}commerce_product__stores` (
  `bundle` varchar(128) NOT NULL DEFAULT '', `deleted` tinyint(4) NOT NULL DEFAULT 0, `entity_id` int(10) unsigned NOT NULL, `revision_id` int(10) unsigned NOT NULL,
  `langcode` varchar(32) NOT NULL DEFAULT '', `delta` int(10) unsigned NOT NULL, `stores_target_id` int(10) unsigned NOT NULL, PRIMARY KEY (`entity_id`, `deleted`, `delta`, `langcode`));
CREATE TABLE `{p}commerce_product_variation_field_data` (
  `variation_id` int(10) unsigned NOT NULL, `type` varchar(32) NOT NULL, `langcode` varchar(12) NOT NULL, `status` tinyint(4) NOT NULL, `uid` int(10) unsigned DEFAULT NULL,
  `product_id` int(10) unsigned DEFAULT NULL, `sku` varchar(255) DEFAULT NULL, `title` varchar(255) DEFAULT NULL, `price__number` decimal(19,6) DEFAULT NULL,
  `price__currency_code` varchar(3) DEFAULT NULL, `created` int(11) DEFAULT NULL, `changed` int(11) DEFAULT NULL, `default_langcode` tinyint(4) NOT NULL DEFAULT 1,
  PRIMARY KEY (`variation_id`, `langcode`));
CREATE TABLE `{p}commerce_log` (
  `log_id` int(10) unsigned NOT NULL AUTO_INCREMENT, `uid` int(10) unsigned DEFAULT NULL, `template_id` varchar(255) DEFAULT NULL, `category_id` varchar(255) DEFAULT NULL,
  `source_entity_id` int(11) DEFAULT NULL, `source_entity_type` varchar(255) DEFAULT NULL, `params` longblob DEFAULT NULL, `created` int(11) DEFAULT NULL, PRIMARY KEY (`log_id`));
CREATE TABLE `{p}watchdog` (`wid` bigint(20) NOT NULL AUTO_INCREMENT, `uid` int(10) unsigned NOT NULL DEFAULT 0, `type` varchar(64) NOT NULL DEFAULT '',
  `message` longtext NOT NULL, `timestamp` int(11) NOT NULL DEFAULT 0, PRIMARY KEY (`wid`));
