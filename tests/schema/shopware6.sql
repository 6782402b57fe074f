-- Tables of a Shopware 6.6 shop: names, types and keys are facts of shopware/shopware, src/Core/Migration/V6_3 and the
-- entity definitions under src/Core. Tables that the mapping reads are all here, with most of their columns, and some
-- that it does not read. Keys are BINARY(16); amounts are JSON, with columns that the server computes from it.

CREATE TABLE `order` (
  `id` binary(16) NOT NULL, `version_id` binary(16) NOT NULL, `state_id` binary(16) NOT NULL, `auto_increment` bigint(20) unsigned NOT NULL AUTO_INCREMENT,
  `order_number` varchar(64) DEFAULT NULL, `currency_id` binary(16) NOT NULL, `language_id` binary(16) NOT NULL, `currency_factor` double DEFAULT NULL,
  `sales_channel_id` binary(16) NOT NULL, `billing_address_id` binary(16) NOT NULL, `billing_address_version_id` binary(16) NOT NULL,
  `price` json NOT NULL, `order_date_time` datetime(3) NOT NULL, `order_date` date GENERATED ALWAYS AS (cast(`order_date_time` as date)) STORED,
  `amount_total` double GENERATED ALWAYS AS (json_unquote(json_extract(`price`, '$.totalPrice'))) VIRTUAL,
  `amount_net` double GENERATED ALWAYS AS (json_unquote(json_extract(`price`, '$.netPrice'))) VIRTUAL,
  `tax_status` varchar(255) GENERATED ALWAYS AS (json_unquote(json_extract(`price`, '$.taxStatus'))) VIRTUAL,
  `shipping_costs` json NOT NULL, `shipping_total` double GENERATED ALWAYS AS (json_unquote(json_extract(`shipping_costs`, '$.totalPrice'))) VIRTUAL,
  `deep_link_code` varchar(32) DEFAULT NULL, `affiliate_code` varchar(255) DEFAULT NULL, `campaign_code` varchar(255) DEFAULT NULL,
  `customer_comment` longtext DEFAULT NULL, `custom_fields` json DEFAULT NULL, `created_at` datetime(3) NOT NULL DEFAULT current_timestamp(3),
  `updated_at` datetime(3) DEFAULT NULL, PRIMARY KEY (`id`, `version_id`), UNIQUE KEY `auto_increment` (`auto_increment`));
CREATE TABLE `order_customer` (
  `id` binary(16) NOT NULL, `version_id` binary(16) NOT NULL, `order_id` binary(16) NOT NULL, `order_version_id` binary(16) NOT NULL,
  `customer_id` binary(16) DEFAULT NULL, `email` varchar(255) NOT NULL, `salutation_id` binary(16) DEFAULT NULL, `first_name` varchar(255) NOT NULL,
  `last_name` varchar(255) NOT NULL, `company` varchar(255) DEFAULT NULL, `title` varchar(100) DEFAULT NULL, `customer_number` varchar(255) DEFAULT NULL,
  `remote_address` varchar(255) DEFAULT NULL, `created_at` datetime(3) NOT NULL DEFAULT current_timestamp(3), PRIMARY KEY (`id`, `version_id`));
CREATE TABLE `order_address` (
  `id` binary(16) NOT NULL, `version_id` binary(16) NOT NULL, `order_id` binary(16) NOT NULL, `order_version_id` binary(16) NOT NULL,
  `country_id` binary(16) NOT NULL, `country_state_id` binary(16) DEFAULT NULL, `company` varchar(255) DEFAULT NULL, `department` varchar(255) DEFAULT NULL,
  `first_name` varchar(255) NOT NULL, `last_name` varchar(255) NOT NULL, `street` varchar(255) NOT NULL, `zipcode` varchar(50) DEFAULT NULL,
  `city` varchar(70) NOT NULL, `phone_number` varchar(40) DEFAULT NULL, `additional_address_line1` varchar(255) DEFAULT NULL,
  `additional_address_line2` varchar(255) DEFAULT NULL, `created_at` datetime(3) NOT NULL DEFAULT current_timestamp(3), PRIMARY KEY (`id`, `version_id`));
CREATE TABLE `order_delivery` (
  `id` binary(16) NOT NULL, `version_id` binary(16) NOT NULL, `order_id` binary(16) NOT NULL, `order_version_id` binary(16) NOT NULL,
  `state_id` binary(16) NOT NULL, `shipping_order_address_id` binary(16) DEFAULT NULL, `shipping_order_address_version_id` binary(16) DEFAULT NULL,
  `shipping_method_id` binary(16) NOT NULL, `tracking_codes` json NOT NULL, `shipping_date_earliest` date NOT NULL, `shipping_date_latest` date NOT NULL,
  `shipping_costs` json NOT NULL, `custom_fields` json DEFAULT NULL, `created_at` datetime(3) NOT NULL DEFAULT current_timestamp(3),
  PRIMARY KEY (`id`, `version_id`));
CREATE TABLE `order_line_item` (
  `id` binary(16) NOT NULL, `version_id` binary(16) NOT NULL, `order_id` binary(16) NOT NULL, `order_version_id` binary(16) NOT NULL,
  `parent_id` binary(16) DEFAULT NULL, `identifier` varchar(255) NOT NULL, `referenced_id` varchar(255) DEFAULT NULL, `product_id` binary(16) DEFAULT NULL,
  `product_version_id` binary(16) DEFAULT NULL, `label` varchar(255) NOT NULL, `description` mediumtext DEFAULT NULL, `quantity` int(11) NOT NULL,
  `unit_price` double GENERATED ALWAYS AS (json_unquote(json_extract(`price`, '$.unitPrice'))) VIRTUAL,
  `total_price` double GENERATED ALWAYS AS (json_unquote(json_extract(`price`, '$.totalPrice'))) VIRTUAL,
  `type` varchar(255) DEFAULT NULL, `payload` json DEFAULT NULL, `price` json NOT NULL, `good` tinyint(1) NOT NULL DEFAULT 1, `position` int(11) NOT NULL DEFAULT 1,
  `created_at` datetime(3) NOT NULL DEFAULT current_timestamp(3), PRIMARY KEY (`id`, `version_id`));
CREATE TABLE `order_transaction` (
  `id` binary(16) NOT NULL, `version_id` binary(16) NOT NULL, `order_id` binary(16) NOT NULL, `order_version_id` binary(16) NOT NULL,
  `state_id` binary(16) NOT NULL, `payment_method_id` binary(16) NOT NULL, `amount` json NOT NULL, `custom_fields` json DEFAULT NULL,
  `created_at` datetime(3) NOT NULL DEFAULT current_timestamp(3), PRIMARY KEY (`id`, `version_id`));
CREATE TABLE `order_transaction_capture` (
  `id` binary(16) NOT NULL, `order_transaction_id` binary(16) NOT NULL, `state_id` binary(16) NOT NULL, `external_reference` varchar(255) DEFAULT NULL,
  `amount` json NOT NULL, `created_at` datetime(3) NOT NULL DEFAULT current_timestamp(3), `version_id` binary(16) NOT NULL, PRIMARY KEY (`id`, `version_id`));
CREATE TABLE `order_transaction_capture_refund` (
  `id` binary(16) NOT NULL, `capture_id` binary(16) NOT NULL, `state_id` binary(16) NOT NULL, `reason` varchar(255) DEFAULT NULL, `amount` json NOT NULL,
  `custom_fields` json DEFAULT NULL, `external_reference` varchar(255) DEFAULT NULL, `created_at` datetime(3) NOT NULL DEFAULT current_timestamp(3),
  `version_id` binary(16) NOT NULL, `capture_version_id` binary(16) DEFAULT NULL, PRIMARY KEY (`id`, `version_id`));
CREATE TABLE `state_machine_state` (
  `id` binary(16) NOT NULL, `technical_name` varchar(255) NOT NULL, `state_machine_id` binary(16) NOT NULL, PRIMARY KEY (`id`));
CREATE TABLE `state_machine_history` (
  `id` binary(16) NOT NULL, `state_machine_id` binary(16) NOT NULL, `entity_name` varchar(100) NOT NULL, `from_state_id` binary(16) NOT NULL,
  `to_state_id` binary(16) NOT NULL, `action_name` varchar(255) NOT NULL, `user_id` binary(16) DEFAULT NULL, `created_at` datetime(3) NOT NULL,
  `referenced_id` binary(16) NOT NULL, `referenced_version_id` binary(16) NOT NULL, `internal_comment` longtext DEFAULT NULL, PRIMARY KEY (`id`));
CREATE TABLE `payment_method` (
  `id` binary(16) NOT NULL, `handler_identifier` varchar(255) NOT NULL, `technical_name` varchar(255) DEFAULT NULL, `active` tinyint(1) NOT NULL DEFAULT 0, PRIMARY KEY (`id`));
CREATE TABLE `payment_method_translation` (
  `payment_method_id` binary(16) NOT NULL, `language_id` binary(16) NOT NULL, `name` varchar(255) DEFAULT NULL, PRIMARY KEY (`payment_method_id`, `language_id`));
CREATE TABLE `shipping_method_translation` (
  `shipping_method_id` binary(16) NOT NULL, `language_id` binary(16) NOT NULL, `name` varchar(255) DEFAULT NULL, PRIMARY KEY (`shipping_method_id`, `language_id`));
CREATE TABLE `currency` (`id` binary(16) NOT NULL, `iso_code` char(3) NOT NULL, `factor` double NOT NULL, `symbol` varchar(255) NOT NULL, PRIMARY KEY (`id`));
CREATE TABLE `country` (`id` binary(16) NOT NULL, `iso` varchar(255) DEFAULT NULL, `iso3` varchar(45) DEFAULT NULL, PRIMARY KEY (`id`));
CREATE TABLE `country_state_translation` (
  `country_state_id` binary(16) NOT NULL, `language_id` binary(16) NOT NULL, `name` varchar(255) DEFAULT NULL, PRIMARY KEY (`country_state_id`, `language_id`));
CREATE TABLE `sales_channel` (
  `id` binary(16) NOT NULL, `type_id` binary(16) NOT NULL, `access_key` varchar(255) NOT NULL, `language_id` binary(16) NOT NULL,
  `currency_id` binary(16) NOT NULL, `active` tinyint(1) NOT NULL DEFAULT 1, PRIMARY KEY (`id`));
CREATE TABLE `sales_channel_translation` (
  `sales_channel_id` binary(16) NOT NULL, `language_id` binary(16) NOT NULL, `name` varchar(255) DEFAULT NULL, PRIMARY KEY (`sales_channel_id`, `language_id`));
CREATE TABLE `sales_channel_domain` (
  `id` binary(16) NOT NULL, `sales_channel_id` binary(16) NOT NULL, `language_id` binary(16) NOT NULL, `url` varchar(255) NOT NULL,
  `currency_id` binary(16) NOT NULL, PRIMARY KEY (`id`));
CREATE TABLE `system_config` (
  `id` binary(16) NOT NULL, `configuration_key` varchar(255) NOT NULL, `configuration_value` json NOT NULL, `sales_channel_id` binary(16) DEFAULT NULL,
  `created_at` datetime(3) NOT NULL DEFAULT current_timestamp(3), PRIMARY KEY (`id`));
CREATE TABLE `customer` (
  `id` binary(16) NOT NULL, `sales_channel_id` binary(16) NOT NULL, `customer_number` varchar(255) NOT NULL, `first_name` varchar(255) NOT NULL,
  `last_name` varchar(255) NOT NULL, `company` varchar(255) DEFAULT NULL, `email` varchar(254) NOT NULL, `password` varchar(1024) DEFAULT NULL,
  `legacy_password` varchar(255) DEFAULT NULL, `active` tinyint(1) NOT NULL DEFAULT 1, `guest` tinyint(1) NOT NULL DEFAULT 0, `first_login` datetime(3) DEFAULT NULL,
  `last_login` datetime(3) DEFAULT NULL, `remote_address` varchar(255) DEFAULT NULL, `created_at` datetime(3) NOT NULL DEFAULT current_timestamp(3), PRIMARY KEY (`id`));
CREATE TABLE `customer_address` (
  `id` binary(16) NOT NULL, `customer_id` binary(16) NOT NULL, `country_id` binary(16) NOT NULL, `country_state_id` binary(16) DEFAULT NULL,
  `company` varchar(255) DEFAULT NULL, `first_name` varchar(255) NOT NULL, `last_name` varchar(255) NOT NULL, `street` varchar(255) NOT NULL, `zipcode` varchar(50) DEFAULT NULL,
  `city` varchar(70) NOT NULL, `phone_number` varchar(40) DEFAULT NULL, `additional_address_line1` varchar(255) DEFAULT NULL,
  `additional_address_line2` varchar(255) DEFAULT NULL, PRIMARY KEY (`id`));
CREATE TABLE `user` (
  `id` binary(16) NOT NULL, `username` varchar(255) NOT NULL, `password` varchar(255) NOT NULL, `first_name` varchar(255) NOT NULL, `last_name` varchar(255) NOT NULL,
  `email` varchar(255) NOT NULL, `active` tinyint(1) NOT NULL DEFAULT 0, `admin` tinyint(1) DEFAULT NULL, `created_at` datetime(3) NOT NULL DEFAULT current_timestamp(3),
  PRIMARY KEY (`id`));
CREATE TABLE `product` (
  `id` binary(16) NOT NULL, `version_id` binary(16) NOT NULL, `auto_increment` bigint(20) NOT NULL AUTO_INCREMENT, `product_number` varchar(64) DEFAULT NULL,
  `active` tinyint(1) unsigned DEFAULT NULL, `parent_id` binary(16) DEFAULT NULL, `parent_version_id` binary(16) DEFAULT NULL, `stock` int(11) NOT NULL DEFAULT 0,
  `price` json DEFAULT NULL, `created_at` datetime(3) NOT NULL DEFAULT current_timestamp(3), `updated_at` datetime(3) DEFAULT NULL,
  PRIMARY KEY (`id`, `version_id`), UNIQUE KEY `auto_increment` (`auto_increment`));
CREATE TABLE `product_translation` (
  `product_id` binary(16) NOT NULL, `product_version_id` binary(16) NOT NULL, `language_id` binary(16) NOT NULL, `name` varchar(255) DEFAULT NULL,
  `description` mediumtext DEFAULT NULL, PRIMARY KEY (`product_id`, `product_version_id`, `language_id`));
CREATE TABLE `product_price` (
  `id` binary(16) NOT NULL, `version_id` binary(16) NOT NULL, `rule_id` binary(16) NOT NULL, `product_id` binary(16) NOT NULL, `product_version_id` binary(16) NOT NULL,
  `price` json NOT NULL, `quantity_start` int(11) NOT NULL, `quantity_end` int(11) DEFAULT NULL, PRIMARY KEY (`id`, `version_id`));
CREATE TABLE `product_visibility` (
  `id` binary(16) NOT NULL, `product_id` binary(16) NOT NULL, `product_version_id` binary(16) NOT NULL, `sales_channel_id` binary(16) NOT NULL,
  `visibility` int(11) NOT NULL, PRIMARY KEY (`id`));
CREATE TABLE `product_category` (
  `product_id` binary(16) NOT NULL, `product_version_id` binary(16) NOT NULL, `category_id` binary(16) NOT NULL, `category_version_id` binary(16) NOT NULL,
  PRIMARY KEY (`product_id`, `product_version_id`, `category_id`, `category_version_id`));
CREATE TABLE `category_translation` (
  `category_id` binary(16) NOT NULL, `category_version_id` binary(16) NOT NULL, `language_id` binary(16) NOT NULL, `name` varchar(255) DEFAULT NULL,
  PRIMARY KEY (`category_id`, `category_version_id`, `language_id`));
CREATE TABLE `rule` (`id` binary(16) NOT NULL, `name` varchar(500) NOT NULL, `priority` int(11) NOT NULL, PRIMARY KEY (`id`));
CREATE TABLE `product_review` (
  `id` binary(16) NOT NULL, `product_id` binary(16) NOT NULL, `product_version_id` binary(16) NOT NULL, `customer_id` binary(16) DEFAULT NULL,
  `sales_channel_id` binary(16) DEFAULT NULL, `language_id` binary(16) DEFAULT NULL, `external_user` varchar(255) DEFAULT NULL, `external_email` varchar(255) DEFAULT NULL,
  `title` varchar(255) NOT NULL, `content` longtext NOT NULL, `points` double DEFAULT NULL, `status` tinyint(1) DEFAULT 0, `comment` longtext DEFAULT NULL,
  `created_at` datetime(3) NOT NULL, `updated_at` datetime(3) DEFAULT NULL, PRIMARY KEY (`id`));
CREATE TABLE `cart` (`token` varchar(50) NOT NULL, `payload` longblob DEFAULT NULL, `rule_ids` json NOT NULL, `created_at` datetime(3) NOT NULL, PRIMARY KEY (`token`));
