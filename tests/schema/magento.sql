-- Tables of a Magento 2.4 shop as its installer makes them: names, types and keys are facts of magento/magento2,
-- app/code/Magento/*/etc/db_schema.xml. Tables that the mapping reads are all here, with most of their columns, and
-- some that it does not read. {p} stands for the table prefix.

CREATE TABLE `{p}admin_user` (
  `user_id` int(10) unsigned NOT NULL AUTO_INCREMENT, `firstname` varchar(32) DEFAULT NULL, `lastname` varchar(32) DEFAULT NULL,
  `email` varchar(128) DEFAULT NULL, `username` varchar(40) DEFAULT NULL, `password` varchar(255) NOT NULL,
  `created` timestamp NOT NULL DEFAULT current_timestamp(), `modified` timestamp NOT NULL DEFAULT current_timestamp(),
  `logdate` timestamp NULL DEFAULT NULL, `lognum` smallint(5) unsigned NOT NULL DEFAULT 0,
  `is_active` smallint(6) NOT NULL DEFAULT 1, `interface_locale` varchar(16) NOT NULL DEFAULT 'en_US', PRIMARY KEY (`user_id`));
CREATE TABLE `{p}admin_user_session` (
  `id` int(10) unsigned NOT NULL AUTO_INCREMENT, `user_id` int(10) unsigned DEFAULT NULL, `status` smallint(5) unsigned NOT NULL DEFAULT 1,
  `created_at` timestamp NOT NULL DEFAULT current_timestamp(), `updated_at` timestamp NOT NULL DEFAULT current_timestamp(),
  `ip` varchar(15) NOT NULL, PRIMARY KEY (`id`));
CREATE TABLE `{p}authorization_role` (
  `role_id` int(10) unsigned NOT NULL AUTO_INCREMENT, `parent_id` int(10) unsigned NOT NULL DEFAULT 0,
  `tree_level` smallint(5) unsigned NOT NULL DEFAULT 0, `sort_order` smallint(5) unsigned NOT NULL DEFAULT 0,
  `role_type` varchar(1) NOT NULL DEFAULT '0', `user_id` int(10) unsigned NOT NULL DEFAULT 0, `user_type` varchar(16) DEFAULT NULL,
  `role_name` varchar(50) DEFAULT NULL, PRIMARY KEY (`role_id`));
CREATE TABLE `{p}catalog_category_entity_varchar` (
  `value_id` int(11) NOT NULL AUTO_INCREMENT, `attribute_id` smallint(5) unsigned NOT NULL DEFAULT 0,
  `store_id` smallint(5) unsigned NOT NULL DEFAULT 0, `entity_id` int(10) unsigned NOT NULL DEFAULT 0,
  `value` varchar(255) DEFAULT NULL, PRIMARY KEY (`value_id`));
CREATE TABLE `{p}catalog_category_product` (
  `entity_id` int(11) NOT NULL AUTO_INCREMENT, `category_id` int(10) unsigned NOT NULL DEFAULT 0,
  `product_id` int(10) unsigned NOT NULL DEFAULT 0, `position` int(11) NOT NULL DEFAULT 0,
  PRIMARY KEY (`entity_id`, `category_id`, `product_id`));
CREATE TABLE `{p}catalog_product_entity` (
  `entity_id` int(10) unsigned NOT NULL AUTO_INCREMENT, `attribute_set_id` smallint(5) unsigned NOT NULL DEFAULT 0,
  `type_id` varchar(32) NOT NULL DEFAULT 'simple', `sku` varchar(64) DEFAULT NULL, `has_options` smallint(6) NOT NULL DEFAULT 0,
  `required_options` smallint(5) unsigned NOT NULL DEFAULT 0, `created_at` timestamp NOT NULL DEFAULT current_timestamp(),
  `updated_at` timestamp NOT NULL DEFAULT current_timestamp(), PRIMARY KEY (`entity_id`));
CREATE TABLE `{p}catalog_product_entity_datetime` (
  `value_id` int(11) NOT NULL AUTO_INCREMENT, `attribute_id` smallint(5) unsigned NOT NULL DEFAULT 0,
  `store_id` smallint(5) unsigned NOT NULL DEFAULT 0, `entity_id` int(10) unsigned NOT NULL DEFAULT 0,
  `value` datetime DEFAULT NULL, PRIMARY KEY (`value_id`));
CREATE TABLE `{p}catalog_product_entity_decimal` (
  `value_id` int(11) NOT NULL AUTO_INCREMENT, `attribute_id` smallint(5) unsigned NOT NULL DEFAULT 0,
  `store_id` smallint(5) unsigned NOT NULL DEFAULT 0, `entity_id` int(10) unsigned NOT NULL DEFAULT 0,
  `value` decimal(20,6) DEFAULT NULL, PRIMARY KEY (`value_id`));
CREATE TABLE `{p}catalog_product_entity_int` (
  `value_id` int(11) NOT NULL AUTO_INCREMENT, `attribute_id` smallint(5) unsigned NOT NULL DEFAULT 0,
  `store_id` smallint(5) unsigned NOT NULL DEFAULT 0, `entity_id` int(10) unsigned NOT NULL DEFAULT 0,
  `value` int(11) DEFAULT NULL, PRIMARY KEY (`value_id`));
CREATE TABLE `{p}catalog_product_entity_text` (
  `value_id` int(11) NOT NULL AUTO_INCREMENT, `attribute_id` smallint(5) unsigned NOT NULL DEFAULT 0,
  `store_id` smallint(5) unsigned NOT NULL DEFAULT 0, `entity_id` int(10) unsigned NOT NULL DEFAULT 0,
  `value` mediumtext DEFAULT NULL, PRIMARY KEY (`value_id`));
CREATE TABLE `{p}catalog_product_entity_varchar` (
  `value_id` int(11) NOT NULL AUTO_INCREMENT, `attribute_id` smallint(5) unsigned NOT NULL DEFAULT 0,
  `store_id` smallint(5) unsigned NOT NULL DEFAULT 0, `entity_id` int(10) unsigned NOT NULL DEFAULT 0,
  `value` varchar(255) DEFAULT NULL, PRIMARY KEY (`value_id`));
CREATE TABLE `{p}catalog_product_entity_tier_price` (
  `value_id` int(11) NOT NULL AUTO_INCREMENT, `entity_id` int(10) unsigned NOT NULL DEFAULT 0,
  `all_groups` smallint(5) unsigned NOT NULL DEFAULT 1, `customer_group_id` int(10) unsigned NOT NULL DEFAULT 0,
  `qty` decimal(12,4) NOT NULL DEFAULT 1.0000, `value` decimal(20,6) NOT NULL DEFAULT 0.000000,
  `website_id` smallint(5) unsigned NOT NULL, `percentage_value` decimal(5,2) DEFAULT NULL, PRIMARY KEY (`value_id`));
CREATE TABLE `{p}catalog_product_website` (
  `product_id` int(10) unsigned NOT NULL, `website_id` smallint(5) unsigned NOT NULL, PRIMARY KEY (`product_id`, `website_id`));
CREATE TABLE `{p}cataloginventory_stock_item` (
  `item_id` int(10) unsigned NOT NULL AUTO_INCREMENT, `product_id` int(10) unsigned NOT NULL DEFAULT 0,
  `stock_id` smallint(5) unsigned NOT NULL DEFAULT 0, `qty` decimal(12,4) DEFAULT NULL, `is_in_stock` smallint(5) unsigned NOT NULL DEFAULT 0,
  PRIMARY KEY (`item_id`));
CREATE TABLE `{p}core_config_data` (
  `config_id` int(10) unsigned NOT NULL AUTO_INCREMENT, `scope` varchar(8) NOT NULL DEFAULT 'default',
  `scope_id` int(11) NOT NULL DEFAULT 0, `path` varchar(255) NOT NULL DEFAULT 'general', `value` text DEFAULT NULL,
  PRIMARY KEY (`config_id`));
CREATE TABLE `{p}customer_address_entity` (
  `entity_id` int(10) unsigned NOT NULL AUTO_INCREMENT, `increment_id` varchar(50) DEFAULT NULL, `parent_id` int(10) unsigned DEFAULT NULL,
  `created_at` timestamp NOT NULL DEFAULT current_timestamp(), `updated_at` timestamp NOT NULL DEFAULT current_timestamp(),
  `is_active` smallint(5) unsigned NOT NULL DEFAULT 1, `city` varchar(255) NOT NULL, `company` varchar(255) DEFAULT NULL,
  `country_id` varchar(255) NOT NULL, `firstname` varchar(255) NOT NULL, `lastname` varchar(255) NOT NULL,
  `postcode` varchar(255) DEFAULT NULL, `region` varchar(255) DEFAULT NULL, `region_id` int(10) unsigned DEFAULT NULL,
  `street` text NOT NULL, `telephone` varchar(255) NOT NULL, PRIMARY KEY (`entity_id`));
CREATE TABLE `{p}customer_address_entity_varchar` (
  `value_id` int(11) NOT NULL AUTO_INCREMENT, `attribute_id` smallint(5) unsigned NOT NULL DEFAULT 0,
  `entity_id` int(10) unsigned NOT NULL DEFAULT 0, `value` varchar(255) DEFAULT NULL, PRIMARY KEY (`value_id`));
CREATE TABLE `{p}customer_address_entity_text` (
  `value_id` int(11) NOT NULL AUTO_INCREMENT, `attribute_id` smallint(5) unsigned NOT NULL DEFAULT 0,
  `entity_id` int(10) unsigned NOT NULL DEFAULT 0, `value` text NOT NULL, PRIMARY KEY (`value_id`));
CREATE TABLE `{p}customer_entity` (
  `entity_id` int(10) unsigned NOT NULL AUTO_INCREMENT, `website_id` smallint(5) unsigned DEFAULT NULL, `email` varchar(255) DEFAULT NULL,
  `group_id` smallint(5) unsigned NOT NULL DEFAULT 0, `store_id` smallint(5) unsigned DEFAULT 0,
  `created_at` timestamp NOT NULL DEFAULT current_timestamp(), `updated_at` timestamp NOT NULL DEFAULT current_timestamp(),
  `is_active` smallint(5) unsigned NOT NULL DEFAULT 1, `created_in` varchar(255) DEFAULT NULL, `firstname` varchar(255) DEFAULT NULL,
  `lastname` varchar(255) DEFAULT NULL, `dob` date DEFAULT NULL, `password_hash` varchar(128) DEFAULT NULL,
  `rp_token` varchar(128) DEFAULT NULL, `default_billing` int(10) unsigned DEFAULT NULL, `default_shipping` int(10) unsigned DEFAULT NULL,
  PRIMARY KEY (`entity_id`));
CREATE TABLE `{p}customer_entity_varchar` (
  `value_id` int(11) NOT NULL AUTO_INCREMENT, `attribute_id` smallint(5) unsigned NOT NULL DEFAULT 0,
  `entity_id` int(10) unsigned NOT NULL DEFAULT 0, `value` varchar(255) DEFAULT NULL, PRIMARY KEY (`value_id`));
CREATE TABLE `{p}customer_group` (
  `customer_group_id` int(10) unsigned NOT NULL AUTO_INCREMENT, `customer_group_code` varchar(32) NOT NULL,
  `tax_class_id` int(10) unsigned NOT NULL DEFAULT 0, PRIMARY KEY (`customer_group_id`));
CREATE TABLE `{p}customer_log` (
  `log_id` int(11) NOT NULL AUTO_INCREMENT, `customer_id` int(11) NOT NULL, `last_login_at` timestamp NULL DEFAULT NULL,
  `last_logout_at` timestamp NULL DEFAULT NULL, PRIMARY KEY (`log_id`));
CREATE TABLE `{p}eav_attribute` (
  `attribute_id` smallint(5) unsigned NOT NULL AUTO_INCREMENT, `entity_type_id` smallint(5) unsigned NOT NULL DEFAULT 0,
  `attribute_code` varchar(255) NOT NULL, `backend_type` varchar(8) NOT NULL DEFAULT 'static', `frontend_label` varchar(255) DEFAULT NULL,
  PRIMARY KEY (`attribute_id`));
CREATE TABLE `{p}eav_entity_type` (
  `entity_type_id` smallint(5) unsigned NOT NULL AUTO_INCREMENT, `entity_type_code` varchar(50) NOT NULL,
  `entity_table` varchar(255) DEFAULT NULL, PRIMARY KEY (`entity_type_id`));
CREATE TABLE `{p}gift_message` (
  `gift_message_id` int(10) unsigned NOT NULL AUTO_INCREMENT, `customer_id` int(10) unsigned NOT NULL DEFAULT 0,
  `sender` varchar(255) DEFAULT NULL, `recipient` varchar(255) DEFAULT NULL, `message` text DEFAULT NULL, PRIMARY KEY (`gift_message_id`));
CREATE TABLE `{p}patch_list` (
  `patch_id` int(11) NOT NULL AUTO_INCREMENT, `patch_name` varchar(1024) NOT NULL, PRIMARY KEY (`patch_id`));
CREATE TABLE `{p}quote` (
  `entity_id` int(10) unsigned NOT NULL AUTO_INCREMENT, `store_id` smallint(5) unsigned NOT NULL DEFAULT 0,
  `created_at` timestamp NOT NULL DEFAULT current_timestamp(), `customer_email` varchar(255) DEFAULT NULL,
  `grand_total` decimal(20,4) DEFAULT 0.0000, PRIMARY KEY (`entity_id`));
CREATE TABLE `{p}rating_option_vote` (
  `vote_id` bigint(20) unsigned NOT NULL AUTO_INCREMENT, `option_id` int(10) unsigned NOT NULL DEFAULT 0, `remote_ip` varchar(16) NOT NULL,
  `customer_id` int(10) unsigned DEFAULT 0, `entity_pk_value` bigint(20) unsigned NOT NULL DEFAULT 0,
  `rating_id` smallint(5) unsigned NOT NULL DEFAULT 0, `review_id` bigint(20) unsigned DEFAULT NULL, `percent` smallint(6) NOT NULL DEFAULT 0,
  `value` smallint(6) NOT NULL DEFAULT 0, PRIMARY KEY (`vote_id`));
CREATE TABLE `{p}review` (
  `review_id` bigint(20) unsigned NOT NULL AUTO_INCREMENT, `created_at` timestamp NOT NULL DEFAULT current_timestamp(),
  `entity_id` smallint(5) unsigned NOT NULL DEFAULT 0, `entity_pk_value` int(10) unsigned NOT NULL DEFAULT 0,
  `status_id` smallint(5) unsigned NOT NULL DEFAULT 0, PRIMARY KEY (`review_id`));
CREATE TABLE `{p}review_detail` (
  `detail_id` bigint(20) unsigned NOT NULL AUTO_INCREMENT, `review_id` bigint(20) unsigned NOT NULL DEFAULT 0,
  `store_id` smallint(5) unsigned DEFAULT 0, `title` varchar(255) NOT NULL, `detail` text NOT NULL, `nickname` varchar(128) NOT NULL,
  `customer_id` int(10) unsigned DEFAULT NULL, PRIMARY KEY (`detail_id`));
CREATE TABLE `{p}review_entity` (
  `entity_id` smallint(5) unsigned NOT NULL AUTO_INCREMENT, `entity_code` varchar(32) NOT NULL, PRIMARY KEY (`entity_id`));
CREATE TABLE `{p}sales_creditmemo` (
  `entity_id` int(10) unsigned NOT NULL AUTO_INCREMENT, `store_id` smallint(5) unsigned DEFAULT NULL,
  `adjustment_positive` decimal(20,4) DEFAULT NULL, `grand_total` decimal(20,4) DEFAULT NULL, `base_grand_total` decimal(20,4) DEFAULT NULL,
  `order_id` int(10) unsigned NOT NULL, `state` int(11) DEFAULT NULL, `invoice_id` int(11) DEFAULT NULL,
  `order_currency_code` varchar(3) DEFAULT NULL, `base_currency_code` varchar(3) DEFAULT NULL, `transaction_id` varchar(255) DEFAULT NULL,
  `increment_id` varchar(50) DEFAULT NULL, `created_at` timestamp NOT NULL DEFAULT current_timestamp(), PRIMARY KEY (`entity_id`));
CREATE TABLE `{p}sales_creditmemo_comment` (
  `entity_id` int(10) unsigned NOT NULL AUTO_INCREMENT, `parent_id` int(10) unsigned NOT NULL, `is_customer_notified` int(11) DEFAULT NULL,
  `is_visible_on_front` smallint(5) unsigned NOT NULL DEFAULT 0, `comment` text DEFAULT NULL,
  `created_at` timestamp NOT NULL DEFAULT current_timestamp(), PRIMARY KEY (`entity_id`));
CREATE TABLE `{p}sales_invoice` (
  `entity_id` int(10) unsigned NOT NULL AUTO_INCREMENT, `store_id` smallint(5) unsigned DEFAULT NULL, `grand_total` decimal(20,4) DEFAULT NULL,
  `order_id` int(10) unsigned NOT NULL, `state` int(11) DEFAULT NULL, `transaction_id` varchar(255) DEFAULT NULL,
  `increment_id` varchar(50) DEFAULT NULL, `created_at` timestamp NOT NULL DEFAULT current_timestamp(), PRIMARY KEY (`entity_id`));
CREATE TABLE `{p}sales_invoice_comment` (
  `entity_id` int(10) unsigned NOT NULL AUTO_INCREMENT, `parent_id` int(10) unsigned NOT NULL, `is_customer_notified` smallint(5) unsigned DEFAULT NULL,
  `is_visible_on_front` smallint(5) unsigned NOT NULL DEFAULT 0, `comment` text DEFAULT NULL,
  `created_at` timestamp NOT NULL DEFAULT current_timestamp(), PRIMARY KEY (`entity_id`));
CREATE TABLE `{p}sales_order` (
  `entity_id` int(10) unsigned NOT NULL AUTO_INCREMENT, `state` varchar(32) DEFAULT NULL, `status` varchar(32) DEFAULT NULL,
  `coupon_code` varchar(255) DEFAULT NULL, `protect_code` varchar(255) DEFAULT NULL, `shipping_description` varchar(255) DEFAULT NULL,
  `is_virtual` smallint(5) unsigned DEFAULT NULL, `store_id` smallint(5) unsigned DEFAULT NULL, `customer_id` int(10) unsigned DEFAULT NULL,
  `base_discount_amount` decimal(20,4) DEFAULT NULL, `base_grand_total` decimal(20,4) DEFAULT NULL, `base_to_order_rate` decimal(20,4) DEFAULT NULL,
  `discount_amount` decimal(20,4) DEFAULT NULL, `grand_total` decimal(20,4) DEFAULT NULL, `shipping_amount` decimal(20,4) DEFAULT NULL,
  `shipping_tax_amount` decimal(20,4) DEFAULT NULL, `subtotal` decimal(20,4) DEFAULT NULL, `tax_amount` decimal(20,4) DEFAULT NULL,
  `total_paid` decimal(20,4) DEFAULT NULL, `total_refunded` decimal(20,4) DEFAULT NULL, `customer_is_guest` smallint(5) unsigned DEFAULT NULL,
  `billing_address_id` int(11) DEFAULT NULL, `customer_group_id` int(11) DEFAULT NULL, `quote_id` int(11) DEFAULT NULL,
  `shipping_address_id` int(11) DEFAULT NULL, `total_due` decimal(20,4) DEFAULT NULL, `weight` decimal(12,4) DEFAULT NULL,
  `increment_id` varchar(50) DEFAULT NULL, `base_currency_code` varchar(3) DEFAULT NULL, `customer_email` varchar(128) DEFAULT NULL,
  `customer_firstname` varchar(128) DEFAULT NULL, `customer_lastname` varchar(128) DEFAULT NULL, `order_currency_code` varchar(3) DEFAULT NULL,
  `remote_ip` varchar(45) DEFAULT NULL, `shipping_method` varchar(120) DEFAULT NULL, `store_name` varchar(255) DEFAULT NULL,
  `x_forwarded_for` varchar(255) DEFAULT NULL, `customer_note` text DEFAULT NULL, `created_at` timestamp NOT NULL DEFAULT current_timestamp(),
  `updated_at` timestamp NOT NULL DEFAULT current_timestamp(), `total_item_count` smallint(5) unsigned NOT NULL DEFAULT 0,
  `gift_message_id` int(11) DEFAULT NULL, PRIMARY KEY (`entity_id`));
CREATE TABLE `{p}sales_order_address` (
  `entity_id` int(10) unsigned NOT NULL AUTO_INCREMENT, `parent_id` int(10) unsigned DEFAULT NULL, `customer_address_id` int(11) DEFAULT NULL,
  `region_id` int(11) DEFAULT NULL, `customer_id` int(11) DEFAULT NULL, `fax` varchar(255) DEFAULT NULL, `region` varchar(255) DEFAULT NULL,
  `postcode` varchar(255) DEFAULT NULL, `lastname` varchar(255) DEFAULT NULL, `street` varchar(255) DEFAULT NULL, `city` varchar(255) DEFAULT NULL,
  `email` varchar(255) DEFAULT NULL, `telephone` varchar(255) DEFAULT NULL, `country_id` varchar(2) DEFAULT NULL, `firstname` varchar(255) DEFAULT NULL,
  `address_type` varchar(255) DEFAULT NULL, `company` varchar(255) DEFAULT NULL, PRIMARY KEY (`entity_id`));
CREATE TABLE `{p}sales_order_grid` (
  `entity_id` int(10) unsigned NOT NULL, `status` varchar(32) DEFAULT NULL, `store_id` smallint(5) unsigned DEFAULT NULL,
  `grand_total` decimal(20,4) DEFAULT NULL, `increment_id` varchar(50) DEFAULT NULL, PRIMARY KEY (`entity_id`));
CREATE TABLE `{p}sales_order_item` (
  `item_id` int(10) unsigned NOT NULL AUTO_INCREMENT, `order_id` int(10) unsigned NOT NULL DEFAULT 0, `parent_item_id` int(10) unsigned DEFAULT NULL,
  `store_id` smallint(5) unsigned DEFAULT NULL, `created_at` timestamp NOT NULL DEFAULT current_timestamp(), `product_id` int(10) unsigned DEFAULT NULL,
  `product_type` varchar(255) DEFAULT NULL, `product_options` longtext DEFAULT NULL, `weight` decimal(12,4) DEFAULT 0.0000, `sku` varchar(255) DEFAULT NULL,
  `name` varchar(255) DEFAULT NULL, `qty_ordered` decimal(12,4) DEFAULT 0.0000, `qty_refunded` decimal(12,4) DEFAULT 0.0000,
  `price` decimal(20,4) NOT NULL DEFAULT 0.0000, `original_price` decimal(20,4) DEFAULT NULL, `tax_amount` decimal(20,4) DEFAULT 0.0000,
  `discount_amount` decimal(20,4) DEFAULT 0.0000, `row_total` decimal(20,4) NOT NULL DEFAULT 0.0000, PRIMARY KEY (`item_id`));
CREATE TABLE `{p}sales_order_payment` (
  `entity_id` int(10) unsigned NOT NULL AUTO_INCREMENT, `parent_id` int(10) unsigned NOT NULL, `amount_refunded` decimal(20,4) DEFAULT NULL,
  `amount_canceled` decimal(20,4) DEFAULT NULL, `amount_paid` decimal(20,4) DEFAULT NULL, `amount_authorized` decimal(20,4) DEFAULT NULL,
  `amount_ordered` decimal(20,4) DEFAULT NULL, `cc_exp_month` varchar(12) DEFAULT NULL, `method` varchar(128) DEFAULT NULL,
  `cc_last_4` varchar(100) DEFAULT NULL, `last_trans_id` varchar(255) DEFAULT NULL, `cc_owner` varchar(128) DEFAULT NULL, `cc_type` varchar(32) DEFAULT NULL,
  `cc_exp_year` varchar(4) DEFAULT NULL, `cc_number_enc` varchar(128) DEFAULT NULL, `additional_information` text DEFAULT NULL, PRIMARY KEY (`entity_id`));
CREATE TABLE `{p}sales_order_status_history` (
  `entity_id` int(10) unsigned NOT NULL AUTO_INCREMENT, `parent_id` int(10) unsigned NOT NULL, `is_customer_notified` int(11) DEFAULT NULL,
  `is_visible_on_front` smallint(5) unsigned NOT NULL DEFAULT 0, `comment` text DEFAULT NULL, `status` varchar(32) DEFAULT NULL,
  `created_at` timestamp NOT NULL DEFAULT current_timestamp(), `entity_name` varchar(32) DEFAULT NULL, PRIMARY KEY (`entity_id`));
CREATE TABLE `{p}sales_order_status_state` (
  `status` varchar(32) NOT NULL, `state` varchar(32) NOT NULL, `is_default` smallint(5) unsigned NOT NULL DEFAULT 0, PRIMARY KEY (`status`, `state`));
CREATE TABLE `{p}sales_payment_transaction` (
  `transaction_id` int(10) unsigned NOT NULL AUTO_INCREMENT, `parent_id` int(10) unsigned DEFAULT NULL, `order_id` int(10) unsigned NOT NULL DEFAULT 0,
  `payment_id` int(10) unsigned NOT NULL DEFAULT 0, `txn_id` varchar(100) DEFAULT NULL, `parent_txn_id` varchar(100) DEFAULT NULL,
  `txn_type` varchar(15) DEFAULT NULL, `is_closed` smallint(5) unsigned NOT NULL DEFAULT 1, `additional_information` blob DEFAULT NULL,
  `created_at` timestamp NOT NULL DEFAULT current_timestamp(), PRIMARY KEY (`transaction_id`));
CREATE TABLE `{p}sales_shipment` (
  `entity_id` int(10) unsigned NOT NULL AUTO_INCREMENT, `store_id` smallint(5) unsigned DEFAULT NULL, `total_weight` decimal(12,4) DEFAULT NULL,
  `total_qty` decimal(12,4) DEFAULT NULL, `order_id` int(10) unsigned NOT NULL, `increment_id` varchar(50) DEFAULT NULL,
  `created_at` timestamp NOT NULL DEFAULT current_timestamp(), PRIMARY KEY (`entity_id`));
CREATE TABLE `{p}sales_shipment_comment` (
  `entity_id` int(10) unsigned NOT NULL AUTO_INCREMENT, `parent_id` int(10) unsigned NOT NULL, `is_customer_notified` int(11) DEFAULT NULL,
  `is_visible_on_front` smallint(5) unsigned NOT NULL DEFAULT 0, `comment` text DEFAULT NULL,
  `created_at` timestamp NOT NULL DEFAULT current_timestamp(), PRIMARY KEY (`entity_id`));
CREATE TABLE `{p}sales_shipment_track` (
  `entity_id` int(10) unsigned NOT NULL AUTO_INCREMENT, `parent_id` int(10) unsigned NOT NULL, `weight` decimal(12,4) DEFAULT NULL,
  `qty` decimal(12,4) DEFAULT NULL, `order_id` int(10) unsigned NOT NULL, `track_number` text DEFAULT NULL, `description` text DEFAULT NULL,
  `title` varchar(255) DEFAULT NULL, `carrier_code` varchar(32) DEFAULT NULL, `created_at` timestamp NOT NULL DEFAULT current_timestamp(),
  `updated_at` timestamp NOT NULL DEFAULT current_timestamp(), PRIMARY KEY (`entity_id`));
CREATE TABLE `{p}setup_module` (
  `module` varchar(50) NOT NULL, `schema_version` varchar(50) DEFAULT NULL, `data_version` varchar(50) DEFAULT NULL, PRIMARY KEY (`module`));
CREATE TABLE `{p}store` (
  `store_id` smallint(5) unsigned NOT NULL AUTO_INCREMENT, `code` varchar(32) DEFAULT NULL, `website_id` smallint(5) unsigned NOT NULL DEFAULT 0,
  `group_id` smallint(5) unsigned NOT NULL DEFAULT 0, `name` varchar(255) NOT NULL, `sort_order` smallint(5) unsigned NOT NULL DEFAULT 0,
  `is_active` smallint(5) unsigned NOT NULL DEFAULT 0, PRIMARY KEY (`store_id`));
CREATE TABLE `{p}store_group` (
  `group_id` smallint(5) unsigned NOT NULL AUTO_INCREMENT, `website_id` smallint(5) unsigned NOT NULL DEFAULT 0, `name` varchar(255) NOT NULL,
  `root_category_id` int(10) unsigned NOT NULL DEFAULT 0, `default_store_id` smallint(5) unsigned NOT NULL DEFAULT 0, PRIMARY KEY (`group_id`));
CREATE TABLE `{p}store_website` (
  `website_id` smallint(5) unsigned NOT NULL AUTO_INCREMENT, `code` varchar(32) DEFAULT NULL, `name` varchar(64) DEFAULT NULL,
  `sort_order` smallint(5) unsigned NOT NULL DEFAULT 0, `default_group_id` smallint(5) unsigned NOT NULL DEFAULT 0,
  `is_default` smallint(5) unsigned DEFAULT 0, PRIMARY KEY (`website_id`));
CREATE TABLE `{p}vault_payment_token` (
  `entity_id` int(10) unsigned NOT NULL AUTO_INCREMENT, `customer_id` int(10) unsigned DEFAULT NULL, `public_hash` varchar(128) NOT NULL,
  `payment_method_code` varchar(128) NOT NULL, `type` varchar(128) NOT NULL, `created_at` timestamp NOT NULL DEFAULT current_timestamp(),
  `gateway_token` varchar(255) NOT NULL, `details` text DEFAULT NULL, `is_active` tinyint(1) NOT NULL DEFAULT 1, PRIMARY KEY (`entity_id`));
CREATE TABLE `{p}vault_payment_token_order_payment_link` (
  `order_payment_id` int(10) unsigned NOT NULL, `payment_token_id` int(10) unsigned NOT NULL, PRIMARY KEY (`order_payment_id`, `payment_token_id`));
