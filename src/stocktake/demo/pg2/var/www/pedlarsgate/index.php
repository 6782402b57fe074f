<?php
// Made for the demonstration: nothing of OpenCart's own code is here.
define('VERSION', '3.0.3.9');
require_once('config.php');
require_once(DIR_SYSTEM . 'startup.php');
start('catalog');
