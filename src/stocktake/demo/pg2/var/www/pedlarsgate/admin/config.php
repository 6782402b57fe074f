<?php
// HTTP
define('HTTP_SERVER', 'http://{onion}/admin/');

// HTTPS
define('HTTPS_SERVER', 'https://{clearnet}/admin/');

// DIR
define('DIR_APPLICATION', '/var/www/pedlarsgate/admin/');
define('DIR_SYSTEM', '/var/www/pedlarsgate/system/');
define('DIR_IMAGE', '/var/www/pedlarsgate/image/');
define('DIR_STORAGE', '/var/www/storage/');

// DB
define('DB_DRIVER', 'mysqli');
define('DB_HOSTNAME', 'localhost');
define('DB_USERNAME', 'pedlar');
define('DB_PASSWORD', 'made-up-shop-password');
define('DB_DATABASE', 'pedlarsgate');
define('DB_PORT', '3306');
define('DB_PREFIX', 'oc_');

// CATALOG
define('HTTP_CATALOG', 'http://{onion}/');
define('DIR_CATALOG', '/var/www/pedlarsgate/catalog/');
