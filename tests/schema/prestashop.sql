-- Tables of a PrestaShop 1.7 shop as its installer makes them: names, types and keys are facts of
-- PrestaShop/PrestaShop, install-dev/data/db_structure.sql, and, for lang, shop and shop_group, of
-- src/PrestaShopBundle/Entity; product_comment of PrestaShop/productcomments, install.sql. Tables that the mapping
-- reads are all here, and some that it does not. {p} stands for the table prefix.

CREATE TABLE `{p}access` (`id_profile` int(10) unsigned NOT NULL, `id_authorization_role` int(10) unsigned NOT NULL,
  PRIMARY KEY (`id_profile`, `id_authorization_role`));
CREATE TABLE `{p}address` (
  `id_address` int(10) unsigned NOT NULL AUTO_INCREMENT, `id_country` int(10) unsigned NOT NULL,
  `id_state` int(10) unsigned DEFAULT NULL, `id_customer` int(10) unsigned NOT NULL DEFAULT 0,
  `id_manufacturer` int(10) unsigned NOT NULL DEFAULT 0, `id_supplier` int(10) unsigned NOT NULL DEFAULT 0,
  `id_warehouse` int(10) unsigned NOT NULL DEFAULT 0, `alias` varchar(32) NOT NULL, `company` varchar(255) DEFAULT NULL,
  `lastname` varchar(255) NOT NULL, `firstname` varchar(255) NOT NULL, `address1` varchar(128) NOT NULL,
  `address2` varchar(128) DEFAULT NULL, `postcode` varchar(12) DEFAULT NULL, `city` varchar(64) NOT NULL, `other` text,
  `phone` varchar(32) DEFAULT NULL, `phone_mobile` varchar(32) DEFAULT NULL, `vat_number` varchar(32) DEFAULT NULL,
  `dni` varchar(16) DEFAULT NULL, `date_add` datetime NOT NULL, `date_upd` datetime NOT NULL,
  `active` tinyint(1) unsigned NOT NULL DEFAULT 1, `deleted` tinyint(1) unsigned NOT NULL DEFAULT 0,
  PRIMARY KEY (`id_address`), KEY `address_customer` (`id_customer`));
CREATE TABLE `{p}carrier` (
  `id_carrier` int(10) unsigned NOT NULL AUTO_INCREMENT, `id_reference` int(10) unsigned NOT NULL,
  `id_tax_rules_group` int(10) unsigned DEFAULT 0, `name` varchar(64) NOT NULL, `url` varchar(255) DEFAULT NULL,
  `active` tinyint(1) unsigned NOT NULL DEFAULT 0, `deleted` tinyint(1) unsigned NOT NULL DEFAULT 0,
  `external_module_name` varchar(64) DEFAULT NULL, `max_weight` decimal(20,6) DEFAULT 0,
  PRIMARY KEY (`id_carrier`));
CREATE TABLE `{p}cart` (
  `id_cart` int(10) unsigned NOT NULL AUTO_INCREMENT, `id_shop_group` int(11) unsigned NOT NULL DEFAULT 1,
  `id_shop` int(11) unsigned NOT NULL DEFAULT 1, `id_carrier` int(10) unsigned NOT NULL, `delivery_option` text NOT NULL,
  `id_lang` int(10) unsigned NOT NULL, `id_address_delivery` int(10) unsigned NOT NULL,
  `id_address_invoice` int(10) unsigned NOT NULL, `id_currency` int(10) unsigned NOT NULL,
  `id_customer` int(10) unsigned NOT NULL, `id_guest` int(10) unsigned NOT NULL, `secure_key` varchar(32) NOT NULL DEFAULT '-1',
  `gift_message` text, `date_add` datetime NOT NULL, `date_upd` datetime NOT NULL, `checkout_session_data` mediumtext,
  PRIMARY KEY (`id_cart`));
CREATE TABLE `{p}category_lang` (
  `id_category` int(10) unsigned NOT NULL, `id_shop` int(11) unsigned NOT NULL DEFAULT 1, `id_lang` int(10) unsigned NOT NULL,
  `name` varchar(128) NOT NULL, `description` text, `link_rewrite` varchar(128) NOT NULL,
  `meta_title` varchar(128) DEFAULT NULL, `meta_keywords` varchar(255) DEFAULT NULL,
  `meta_description` varchar(255) DEFAULT NULL, PRIMARY KEY (`id_category`, `id_shop`, `id_lang`));
CREATE TABLE `{p}category_product` (
  `id_category` int(10) unsigned NOT NULL, `id_product` int(10) unsigned NOT NULL,
  `position` int(10) unsigned NOT NULL DEFAULT 0, PRIMARY KEY (`id_category`, `id_product`));
CREATE TABLE `{p}configuration` (
  `id_configuration` int(10) unsigned NOT NULL AUTO_INCREMENT, `id_shop_group` int(11) unsigned DEFAULT NULL,
  `id_shop` int(11) unsigned DEFAULT NULL, `name` varchar(254) NOT NULL, `value` text, `date_add` datetime NOT NULL,
  `date_upd` datetime NOT NULL, PRIMARY KEY (`id_configuration`), KEY `name` (`name`));
CREATE TABLE `{p}connections` (
  `id_connections` int(10) unsigned NOT NULL AUTO_INCREMENT, `id_shop_group` int(11) unsigned NOT NULL DEFAULT 1,
  `id_shop` int(11) unsigned NOT NULL DEFAULT 1, `id_guest` int(10) unsigned NOT NULL, `id_page` int(10) unsigned NOT NULL,
  `ip_address` bigint(20) DEFAULT NULL, `date_add` datetime NOT NULL, `http_referer` varchar(255) DEFAULT NULL,
  PRIMARY KEY (`id_connections`));
CREATE TABLE `{p}country` (
  `id_country` int(10) unsigned NOT NULL AUTO_INCREMENT, `id_zone` int(10) unsigned NOT NULL,
  `id_currency` int(10) unsigned NOT NULL DEFAULT 0, `iso_code` varchar(3) NOT NULL, `call_prefix` int(10) NOT NULL DEFAULT 0,
  `active` tinyint(1) unsigned NOT NULL DEFAULT 0, `contains_states` tinyint(1) NOT NULL DEFAULT 0,
  `zip_code_format` varchar(12) NOT NULL DEFAULT '', `display_tax_label` tinyint(1) NOT NULL, PRIMARY KEY (`id_country`));
CREATE TABLE `{p}currency` (
  `id_currency` int(10) unsigned NOT NULL AUTO_INCREMENT, `iso_code` varchar(3) NOT NULL DEFAULT '0',
  `numeric_iso_code` varchar(3) DEFAULT NULL, `precision` int(2) NOT NULL DEFAULT 6, `conversion_rate` decimal(13,6) NOT NULL,
  `deleted` tinyint(1) unsigned NOT NULL DEFAULT 0, `active` tinyint(1) unsigned NOT NULL DEFAULT 1,
  PRIMARY KEY (`id_currency`));
CREATE TABLE `{p}customer` (
  `id_customer` int(10) unsigned NOT NULL AUTO_INCREMENT, `id_shop_group` int(11) unsigned NOT NULL DEFAULT 1,
  `id_shop` int(11) unsigned NOT NULL DEFAULT 1, `id_gender` int(10) unsigned NOT NULL,
  `id_default_group` int(10) unsigned NOT NULL DEFAULT 1, `id_lang` int(10) unsigned DEFAULT NULL,
  `id_risk` int(10) unsigned NOT NULL DEFAULT 1, `company` varchar(64) DEFAULT NULL, `siret` varchar(14) DEFAULT NULL,
  `ape` varchar(5) DEFAULT NULL, `firstname` varchar(255) NOT NULL, `lastname` varchar(255) NOT NULL,
  `email` varchar(128) NOT NULL, `passwd` varchar(60) NOT NULL,
  `last_passwd_gen` timestamp NOT NULL DEFAULT current_timestamp(), `birthday` date DEFAULT NULL,
  `newsletter` tinyint(1) unsigned NOT NULL DEFAULT 0, `ip_registration_newsletter` varchar(15) DEFAULT NULL,
  `newsletter_date_add` datetime DEFAULT NULL, `optin` tinyint(1) unsigned NOT NULL DEFAULT 0,
  `website` varchar(128) DEFAULT NULL, `secure_key` varchar(32) NOT NULL DEFAULT '-1', `note` text,
  `active` tinyint(1) unsigned NOT NULL DEFAULT 0, `is_guest` tinyint(1) NOT NULL DEFAULT 0,
  `deleted` tinyint(1) NOT NULL DEFAULT 0, `date_add` datetime NOT NULL, `date_upd` datetime NOT NULL,
  `reset_password_token` varchar(40) DEFAULT NULL, `reset_password_validity` datetime DEFAULT NULL,
  PRIMARY KEY (`id_customer`));
CREATE TABLE `{p}customer_message` (
  `id_customer_message` int(10) unsigned NOT NULL AUTO_INCREMENT, `id_customer_thread` int(11) DEFAULT NULL,
  `id_employee` int(10) unsigned DEFAULT NULL, `message` mediumtext NOT NULL, `file_name` varchar(18) DEFAULT NULL,
  `ip_address` varchar(16) DEFAULT NULL, `user_agent` varchar(128) DEFAULT NULL, `date_add` datetime NOT NULL,
  `date_upd` datetime NOT NULL, `private` tinyint(4) NOT NULL DEFAULT 0, `read` tinyint(1) NOT NULL DEFAULT 0,
  PRIMARY KEY (`id_customer_message`));
CREATE TABLE `{p}customer_thread` (
  `id_customer_thread` int(11) unsigned NOT NULL AUTO_INCREMENT, `id_shop` int(11) unsigned NOT NULL DEFAULT 1,
  `id_lang` int(10) unsigned NOT NULL, `id_contact` int(10) unsigned NOT NULL, `id_customer` int(10) unsigned DEFAULT NULL,
  `id_order` int(10) unsigned DEFAULT NULL, `id_product` int(10) unsigned DEFAULT NULL,
  `status` enum('open','closed','pending1','pending2') NOT NULL DEFAULT 'open', `email` varchar(128) NOT NULL,
  `token` varchar(12) DEFAULT NULL, `date_add` datetime NOT NULL, `date_upd` datetime NOT NULL,
  PRIMARY KEY (`id_customer_thread`));
CREATE TABLE `{p}employee` (
  `id_employee` int(10) unsigned NOT NULL AUTO_INCREMENT, `id_profile` int(10) unsigned NOT NULL,
  `id_lang` int(10) unsigned NOT NULL DEFAULT 0, `lastname` varchar(32) NOT NULL, `firstname` varchar(32) NOT NULL,
  `email` varchar(128) NOT NULL, `passwd` varchar(60) NOT NULL,
  `last_passwd_gen` timestamp NOT NULL DEFAULT current_timestamp(), `active` tinyint(1) unsigned NOT NULL DEFAULT 0,
  `id_last_order` int(10) unsigned NOT NULL DEFAULT 0, `last_connection_date` date DEFAULT NULL,
  PRIMARY KEY (`id_employee`));
CREATE TABLE `{p}group` (
  `id_group` int(10) unsigned NOT NULL AUTO_INCREMENT, `reduction` decimal(17,2) NOT NULL DEFAULT 0.00,
  `price_display_method` tinyint(4) NOT NULL DEFAULT 0, `show_prices` tinyint(1) unsigned NOT NULL DEFAULT 1,
  `date_add` datetime NOT NULL, `date_upd` datetime NOT NULL, PRIMARY KEY (`id_group`));
CREATE TABLE `{p}group_lang` (
  `id_group` int(10) unsigned NOT NULL, `id_lang` int(10) unsigned NOT NULL, `name` varchar(32) NOT NULL,
  PRIMARY KEY (`id_group`, `id_lang`));
CREATE TABLE `{p}guest` (
  `id_guest` int(10) unsigned NOT NULL AUTO_INCREMENT, `id_operating_system` int(10) unsigned DEFAULT NULL,
  `id_web_browser` int(10) unsigned DEFAULT NULL, `id_customer` int(10) unsigned DEFAULT NULL,
  `accept_language` varchar(8) DEFAULT NULL, `mobile_theme` tinyint(1) NOT NULL DEFAULT 0, PRIMARY KEY (`id_guest`));
CREATE TABLE `{p}lang` (
  `id_lang` int(11) NOT NULL AUTO_INCREMENT, `name` varchar(32) NOT NULL, `active` tinyint(1) NOT NULL,
  `iso_code` varchar(2) NOT NULL, `language_code` varchar(5) NOT NULL, `locale` varchar(5) NOT NULL,
  `date_format_lite` varchar(32) NOT NULL, `date_format_full` varchar(32) NOT NULL, `is_rtl` tinyint(1) NOT NULL,
  PRIMARY KEY (`id_lang`));
CREATE TABLE `{p}mail` (
  `id_mail` int(11) unsigned NOT NULL AUTO_INCREMENT, `recipient` varchar(126) NOT NULL, `template` varchar(62) NOT NULL,
  `subject` varchar(254) NOT NULL, `id_lang` int(11) unsigned NOT NULL,
  `date_add` timestamp NOT NULL DEFAULT current_timestamp(), PRIMARY KEY (`id_mail`));
CREATE TABLE `{p}message` (
  `id_message` int(10) unsigned NOT NULL AUTO_INCREMENT, `id_cart` int(10) unsigned DEFAULT NULL,
  `id_customer` int(10) unsigned NOT NULL, `id_employee` int(10) unsigned DEFAULT NULL, `id_order` int(10) unsigned NOT NULL,
  `message` text NOT NULL, `private` tinyint(1) unsigned NOT NULL DEFAULT 1, `date_add` datetime NOT NULL,
  PRIMARY KEY (`id_message`));
CREATE TABLE `{p}meta` (
  `id_meta` int(10) unsigned NOT NULL AUTO_INCREMENT, `page` varchar(64) NOT NULL,
  `configurable` tinyint(1) unsigned NOT NULL DEFAULT 1, PRIMARY KEY (`id_meta`), UNIQUE KEY `page` (`page`));
CREATE TABLE `{p}meta_lang` (
  `id_meta` int(10) unsigned NOT NULL, `id_shop` int(11) unsigned NOT NULL DEFAULT 1, `id_lang` int(10) unsigned NOT NULL,
  `title` varchar(128) DEFAULT NULL, `description` varchar(255) DEFAULT NULL, `keywords` varchar(255) DEFAULT NULL,
  `url_rewrite` varchar(254) NOT NULL, PRIMARY KEY (`id_meta`, `id_shop`, `id_lang`));
CREATE TABLE `{p}orders` (
  `id_order` int(10) unsigned NOT NULL AUTO_INCREMENT, `reference` varchar(9) DEFAULT NULL,
  `id_shop_group` int(11) unsigned NOT NULL DEFAULT 1, `id_shop` int(11) unsigned NOT NULL DEFAULT 1,
  `id_carrier` int(10) unsigned NOT NULL, `id_lang` int(10) unsigned NOT NULL, `id_customer` int(10) unsigned NOT NULL,
  `id_cart` int(10) unsigned NOT NULL, `id_currency` int(10) unsigned NOT NULL,
  `id_address_delivery` int(10) unsigned NOT NULL, `id_address_invoice` int(10) unsigned NOT NULL,
  `current_state` int(10) unsigned NOT NULL, `secure_key` varchar(32) NOT NULL DEFAULT '-1', `payment` varchar(255) NOT NULL,
  `conversion_rate` decimal(13,6) NOT NULL DEFAULT 1, `module` varchar(255) DEFAULT NULL,
  `recyclable` tinyint(1) unsigned NOT NULL DEFAULT 0, `gift` tinyint(1) unsigned NOT NULL DEFAULT 0, `gift_message` text,
  `mobile_theme` tinyint(1) NOT NULL DEFAULT 0, `shipping_number` varchar(64) DEFAULT NULL,
  `total_discounts` decimal(20,6) NOT NULL DEFAULT 0, `total_discounts_tax_incl` decimal(20,6) NOT NULL DEFAULT 0,
  `total_discounts_tax_excl` decimal(20,6) NOT NULL DEFAULT 0, `total_paid` decimal(20,6) NOT NULL DEFAULT 0,
  `total_paid_tax_incl` decimal(20,6) NOT NULL DEFAULT 0, `total_paid_tax_excl` decimal(20,6) NOT NULL DEFAULT 0,
  `total_paid_real` decimal(20,6) NOT NULL DEFAULT 0, `total_products` decimal(20,6) NOT NULL DEFAULT 0,
  `total_products_wt` decimal(20,6) NOT NULL DEFAULT 0, `total_shipping` decimal(20,6) NOT NULL DEFAULT 0,
  `total_shipping_tax_incl` decimal(20,6) NOT NULL DEFAULT 0, `total_shipping_tax_excl` decimal(20,6) NOT NULL DEFAULT 0,
  `carrier_tax_rate` decimal(10,3) NOT NULL DEFAULT 0, `total_wrapping` decimal(20,6) NOT NULL DEFAULT 0,
  `total_wrapping_tax_incl` decimal(20,6) NOT NULL DEFAULT 0, `total_wrapping_tax_excl` decimal(20,6) NOT NULL DEFAULT 0,
  `round_mode` tinyint(1) NOT NULL DEFAULT 2, `round_type` tinyint(1) NOT NULL DEFAULT 1,
  `invoice_number` int(10) unsigned NOT NULL DEFAULT 0, `delivery_number` int(10) unsigned NOT NULL DEFAULT 0,
  `invoice_date` datetime NOT NULL, `delivery_date` datetime NOT NULL, `valid` int(1) unsigned NOT NULL DEFAULT 0,
  `date_add` datetime NOT NULL, `date_upd` datetime NOT NULL, PRIMARY KEY (`id_order`), KEY `reference` (`reference`));
CREATE TABLE `{p}order_carrier` (
  `id_order_carrier` int(11) NOT NULL AUTO_INCREMENT, `id_order` int(11) unsigned NOT NULL, `id_carrier` int(11) unsigned NOT NULL,
  `id_order_invoice` int(11) unsigned DEFAULT NULL, `weight` decimal(20,6) DEFAULT NULL,
  `shipping_cost_tax_excl` decimal(20,6) DEFAULT NULL, `shipping_cost_tax_incl` decimal(20,6) DEFAULT NULL,
  `tracking_number` varchar(64) DEFAULT NULL, `date_add` datetime NOT NULL, PRIMARY KEY (`id_order_carrier`));
CREATE TABLE `{p}order_cart_rule` (
  `id_order_cart_rule` int(10) unsigned NOT NULL AUTO_INCREMENT, `id_order` int(10) unsigned NOT NULL,
  `id_cart_rule` int(10) unsigned NOT NULL, `id_order_invoice` int(10) unsigned DEFAULT 0, `name` varchar(254) NOT NULL,
  `value` decimal(17,2) NOT NULL DEFAULT 0, `value_tax_excl` decimal(17,2) NOT NULL DEFAULT 0,
  `free_shipping` tinyint(1) NOT NULL DEFAULT 0, PRIMARY KEY (`id_order_cart_rule`));
CREATE TABLE `{p}order_detail` (
  `id_order_detail` int(10) unsigned NOT NULL AUTO_INCREMENT, `id_order` int(10) unsigned NOT NULL,
  `id_order_invoice` int(11) DEFAULT NULL, `id_warehouse` int(10) unsigned DEFAULT 0, `id_shop` int(11) unsigned NOT NULL,
  `product_id` int(10) unsigned NOT NULL, `product_attribute_id` int(10) unsigned DEFAULT NULL,
  `id_customization` int(10) unsigned DEFAULT 0, `product_name` varchar(255) NOT NULL,
  `product_quantity` int(10) unsigned NOT NULL DEFAULT 0, `product_quantity_in_stock` int(10) NOT NULL DEFAULT 0,
  `product_quantity_refunded` int(10) unsigned NOT NULL DEFAULT 0, `product_quantity_return` int(10) unsigned NOT NULL DEFAULT 0,
  `product_price` decimal(20,6) NOT NULL DEFAULT 0, `reduction_percent` decimal(10,2) NOT NULL DEFAULT 0,
  `reduction_amount` decimal(20,6) NOT NULL DEFAULT 0, `product_reference` varchar(32) DEFAULT NULL,
  `product_weight` decimal(20,6) NOT NULL, `tax_name` varchar(16) NOT NULL, `tax_rate` decimal(10,3) NOT NULL DEFAULT 0,
  `total_price_tax_incl` decimal(20,6) NOT NULL DEFAULT 0, `total_price_tax_excl` decimal(20,6) NOT NULL DEFAULT 0,
  `unit_price_tax_incl` decimal(20,6) NOT NULL DEFAULT 0, `unit_price_tax_excl` decimal(20,6) NOT NULL DEFAULT 0,
  `original_product_price` decimal(20,6) NOT NULL DEFAULT 0, PRIMARY KEY (`id_order_detail`));
CREATE TABLE `{p}order_history` (
  `id_order_history` int(10) unsigned NOT NULL AUTO_INCREMENT, `id_employee` int(10) unsigned NOT NULL,
  `id_order` int(10) unsigned NOT NULL, `id_order_state` int(10) unsigned NOT NULL, `date_add` datetime NOT NULL,
  PRIMARY KEY (`id_order_history`));
CREATE TABLE `{p}order_invoice_payment` (
  `id_order_invoice` int(11) unsigned NOT NULL, `id_order_payment` int(11) unsigned NOT NULL,
  `id_order` int(11) unsigned NOT NULL, PRIMARY KEY (`id_order_invoice`, `id_order_payment`));
CREATE TABLE `{p}order_payment` (
  `id_order_payment` int(11) NOT NULL AUTO_INCREMENT, `order_reference` varchar(9) DEFAULT NULL,
  `id_currency` int(10) unsigned NOT NULL, `amount` decimal(10,2) NOT NULL, `payment_method` varchar(255) NOT NULL,
  `conversion_rate` decimal(13,6) NOT NULL DEFAULT 1, `transaction_id` varchar(254) DEFAULT NULL,
  `card_number` varchar(254) DEFAULT NULL, `card_brand` varchar(254) DEFAULT NULL, `card_expiration` char(7) DEFAULT NULL,
  `card_holder` varchar(254) DEFAULT NULL, `date_add` datetime NOT NULL, PRIMARY KEY (`id_order_payment`));
CREATE TABLE `{p}order_return` (
  `id_order_return` int(10) unsigned NOT NULL AUTO_INCREMENT, `id_customer` int(10) unsigned NOT NULL,
  `id_order` int(10) unsigned NOT NULL, `state` tinyint(1) unsigned NOT NULL DEFAULT 1, `question` text NOT NULL,
  `date_add` datetime NOT NULL, `date_upd` datetime NOT NULL, PRIMARY KEY (`id_order_return`));
CREATE TABLE `{p}order_slip` (
  `id_order_slip` int(10) unsigned NOT NULL AUTO_INCREMENT, `conversion_rate` decimal(13,6) NOT NULL DEFAULT 1,
  `id_customer` int(10) unsigned NOT NULL, `id_order` int(10) unsigned NOT NULL,
  `total_products_tax_excl` decimal(20,6) DEFAULT NULL, `total_products_tax_incl` decimal(20,6) DEFAULT NULL,
  `total_shipping_tax_excl` decimal(20,6) DEFAULT NULL, `total_shipping_tax_incl` decimal(20,6) DEFAULT NULL,
  `shipping_cost` tinyint(3) unsigned NOT NULL DEFAULT 0, `amount` decimal(10,2) NOT NULL,
  `shipping_cost_amount` decimal(10,2) NOT NULL, `partial` tinyint(1) NOT NULL,
  `order_slip_type` tinyint(1) unsigned NOT NULL DEFAULT 0, `date_add` datetime NOT NULL, `date_upd` datetime NOT NULL,
  PRIMARY KEY (`id_order_slip`));
CREATE TABLE `{p}order_slip_detail` (
  `id_order_slip` int(10) unsigned NOT NULL, `id_order_detail` int(10) unsigned NOT NULL,
  `product_quantity` int(10) unsigned NOT NULL DEFAULT 0, `unit_price_tax_excl` decimal(20,6) DEFAULT NULL,
  `unit_price_tax_incl` decimal(20,6) DEFAULT NULL, `total_price_tax_excl` decimal(20,6) DEFAULT NULL,
  `total_price_tax_incl` decimal(20,6) DEFAULT NULL, `amount_tax_excl` decimal(20,6) DEFAULT NULL,
  `amount_tax_incl` decimal(20,6) DEFAULT NULL, PRIMARY KEY (`id_order_slip`, `id_order_detail`));
CREATE TABLE `{p}order_state` (
  `id_order_state` int(10) unsigned NOT NULL AUTO_INCREMENT, `invoice` tinyint(1) unsigned DEFAULT 0,
  `send_email` tinyint(1) unsigned NOT NULL DEFAULT 0, `module_name` varchar(255) DEFAULT NULL, `color` varchar(32) DEFAULT NULL,
  `unremovable` tinyint(1) unsigned NOT NULL, `hidden` tinyint(1) unsigned NOT NULL DEFAULT 0, `logable` tinyint(1) NOT NULL DEFAULT 0,
  `delivery` tinyint(1) unsigned NOT NULL DEFAULT 0, `shipped` tinyint(1) unsigned NOT NULL DEFAULT 0,
  `paid` tinyint(1) unsigned NOT NULL DEFAULT 0, `pdf_invoice` tinyint(1) unsigned NOT NULL DEFAULT 0,
  `pdf_delivery` tinyint(1) unsigned NOT NULL DEFAULT 0, `deleted` tinyint(1) unsigned NOT NULL DEFAULT 0,
  PRIMARY KEY (`id_order_state`));
CREATE TABLE `{p}order_state_lang` (
  `id_order_state` int(10) unsigned NOT NULL, `id_lang` int(10) unsigned NOT NULL, `name` varchar(64) NOT NULL,
  `template` varchar(64) NOT NULL, PRIMARY KEY (`id_order_state`, `id_lang`));
CREATE TABLE `{p}product` (
  `id_product` int(10) unsigned NOT NULL AUTO_INCREMENT, `id_supplier` int(10) unsigned DEFAULT NULL,
  `id_manufacturer` int(10) unsigned DEFAULT NULL, `id_category_default` int(10) unsigned DEFAULT NULL,
  `id_shop_default` int(10) unsigned NOT NULL DEFAULT 1, `id_tax_rules_group` int(11) unsigned NOT NULL,
  `on_sale` tinyint(1) unsigned NOT NULL DEFAULT 0, `quantity` int(10) NOT NULL DEFAULT 0,
  `minimal_quantity` int(10) unsigned NOT NULL DEFAULT 1, `price` decimal(20,6) NOT NULL DEFAULT 0,
  `wholesale_price` decimal(20,6) NOT NULL DEFAULT 0, `reference` varchar(32) DEFAULT NULL, `weight` decimal(20,6) NOT NULL DEFAULT 0,
  `active` tinyint(1) unsigned NOT NULL DEFAULT 0, `is_virtual` tinyint(1) NOT NULL DEFAULT 0, `date_add` datetime NOT NULL,
  `date_upd` datetime NOT NULL, `state` int(11) unsigned NOT NULL DEFAULT 1, PRIMARY KEY (`id_product`));
CREATE TABLE `{p}product_attribute` (
  `id_product_attribute` int(10) unsigned NOT NULL AUTO_INCREMENT, `id_product` int(10) unsigned NOT NULL,
  `reference` varchar(32) DEFAULT NULL, `wholesale_price` decimal(20,6) NOT NULL DEFAULT 0,
  `price` decimal(20,6) NOT NULL DEFAULT 0, `quantity` int(10) NOT NULL DEFAULT 0, `weight` decimal(20,6) NOT NULL DEFAULT 0,
  `default_on` tinyint(1) unsigned DEFAULT NULL, PRIMARY KEY (`id_product_attribute`));
CREATE TABLE `{p}product_lang` (
  `id_product` int(10) unsigned NOT NULL, `id_shop` int(11) unsigned NOT NULL DEFAULT 1, `id_lang` int(10) unsigned NOT NULL,
  `description` text, `description_short` text, `link_rewrite` varchar(128) NOT NULL, `meta_description` varchar(255) DEFAULT NULL,
  `meta_keywords` varchar(255) DEFAULT NULL, `meta_title` varchar(128) DEFAULT NULL, `name` varchar(128) NOT NULL,
  `available_now` varchar(255) DEFAULT NULL, `available_later` varchar(255) DEFAULT NULL,
  PRIMARY KEY (`id_product`, `id_shop`, `id_lang`));
CREATE TABLE `{p}product_shop` (
  `id_product` int(10) unsigned NOT NULL, `id_shop` int(10) unsigned NOT NULL, `id_category_default` int(10) unsigned DEFAULT NULL,
  `id_tax_rules_group` int(11) unsigned NOT NULL, `price` decimal(20,6) NOT NULL DEFAULT 0,
  `wholesale_price` decimal(20,6) NOT NULL DEFAULT 0, `active` tinyint(1) unsigned NOT NULL DEFAULT 0,
  `date_add` datetime NOT NULL, `date_upd` datetime NOT NULL, PRIMARY KEY (`id_product`, `id_shop`));
CREATE TABLE `{p}product_comment` (
  `id_product_comment` int(10) unsigned NOT NULL AUTO_INCREMENT, `id_product` int(10) unsigned NOT NULL,
  `id_customer` int(10) unsigned NOT NULL, `id_guest` int(10) unsigned DEFAULT NULL, `title` varchar(64) DEFAULT NULL,
  `content` text NOT NULL, `customer_name` varchar(64) DEFAULT NULL, `grade` float unsigned NOT NULL,
  `validate` tinyint(1) NOT NULL, `deleted` tinyint(1) NOT NULL, `date_add` datetime NOT NULL,
  PRIMARY KEY (`id_product_comment`));
CREATE TABLE `{p}shop` (
  `id_shop` int(11) NOT NULL AUTO_INCREMENT, `id_shop_group` int(11) NOT NULL, `name` varchar(64) NOT NULL,
  `id_category` int(11) NOT NULL, `theme_name` varchar(255) NOT NULL, `active` tinyint(1) NOT NULL,
  `deleted` tinyint(1) NOT NULL, PRIMARY KEY (`id_shop`));
CREATE TABLE `{p}shop_group` (
  `id_shop_group` int(11) NOT NULL AUTO_INCREMENT, `name` varchar(64) NOT NULL, `share_customer` tinyint(1) NOT NULL,
  `share_order` tinyint(1) NOT NULL, `share_stock` tinyint(1) NOT NULL, `active` tinyint(1) NOT NULL,
  `deleted` tinyint(1) NOT NULL, PRIMARY KEY (`id_shop_group`));
CREATE TABLE `{p}shop_url` (
  `id_shop_url` int(11) unsigned NOT NULL AUTO_INCREMENT, `id_shop` int(11) unsigned NOT NULL, `domain` varchar(150) NOT NULL,
  `domain_ssl` varchar(150) NOT NULL, `physical_uri` varchar(64) NOT NULL, `virtual_uri` varchar(64) NOT NULL,
  `main` tinyint(1) NOT NULL, `active` tinyint(1) NOT NULL, PRIMARY KEY (`id_shop_url`));
CREATE TABLE `{p}specific_price` (
  `id_specific_price` int(10) unsigned NOT NULL AUTO_INCREMENT, `id_specific_price_rule` int(11) unsigned NOT NULL,
  `id_cart` int(11) unsigned NOT NULL, `id_product` int(10) unsigned NOT NULL, `id_shop` int(11) unsigned NOT NULL DEFAULT 1,
  `id_shop_group` int(11) unsigned NOT NULL, `id_currency` int(10) unsigned NOT NULL, `id_country` int(10) unsigned NOT NULL,
  `id_group` int(10) unsigned NOT NULL, `id_customer` int(10) unsigned NOT NULL, `id_product_attribute` int(10) unsigned NOT NULL,
  `price` decimal(20,6) NOT NULL, `from_quantity` mediumint(8) unsigned NOT NULL, `reduction` decimal(20,6) NOT NULL,
  `reduction_tax` tinyint(1) NOT NULL DEFAULT 1, `reduction_type` enum('amount','percentage') NOT NULL,
  `from` datetime NOT NULL, `to` datetime NOT NULL, PRIMARY KEY (`id_specific_price`));
CREATE TABLE `{p}state` (
  `id_state` int(10) unsigned NOT NULL AUTO_INCREMENT, `id_country` int(11) unsigned NOT NULL, `id_zone` int(11) unsigned NOT NULL,
  `name` varchar(64) NOT NULL, `iso_code` varchar(7) NOT NULL, `tax_behavior` smallint(1) NOT NULL DEFAULT 0,
  `active` tinyint(1) NOT NULL DEFAULT 0, PRIMARY KEY (`id_state`));
CREATE TABLE `{p}stock_available` (
  `id_stock_available` int(11) unsigned NOT NULL AUTO_INCREMENT, `id_product` int(11) unsigned NOT NULL,
  `id_product_attribute` int(11) unsigned NOT NULL, `id_shop` int(11) unsigned NOT NULL, `id_shop_group` int(11) unsigned NOT NULL,
  `quantity` int(10) NOT NULL DEFAULT 0, `physical_quantity` int(11) NOT NULL DEFAULT 0,
  `reserved_quantity` int(11) NOT NULL DEFAULT 0, `depends_on_stock` tinyint(1) unsigned NOT NULL DEFAULT 0,
  `out_of_stock` tinyint(1) unsigned NOT NULL DEFAULT 0, PRIMARY KEY (`id_stock_available`));
CREATE TABLE `{p}tax` (
  `id_tax` int(10) unsigned NOT NULL AUTO_INCREMENT, `rate` decimal(10,3) NOT NULL, `active` tinyint(1) unsigned NOT NULL DEFAULT 1,
  `deleted` tinyint(1) unsigned NOT NULL DEFAULT 0, PRIMARY KEY (`id_tax`));
CREATE TABLE `{p}tax_rule` (
  `id_tax_rule` int(11) NOT NULL AUTO_INCREMENT, `id_tax_rules_group` int(11) NOT NULL, `id_country` int(11) NOT NULL,
  `id_state` int(11) NOT NULL, `zipcode_from` varchar(12) NOT NULL, `zipcode_to` varchar(12) NOT NULL, `id_tax` int(11) NOT NULL,
  `behavior` int(11) NOT NULL, `description` varchar(100) NOT NULL, PRIMARY KEY (`id_tax_rule`));
CREATE TABLE `{p}webservice_account` (
  `id_webservice_account` int(11) NOT NULL AUTO_INCREMENT, `key` varchar(32) NOT NULL, `description` text,
  `class_name` varchar(50) NOT NULL DEFAULT 'WebserviceRequest', `is_module` tinyint(2) NOT NULL DEFAULT 0,
  `module_name` varchar(50) DEFAULT NULL, `active` tinyint(2) NOT NULL, PRIMARY KEY (`id_webservice_account`));
