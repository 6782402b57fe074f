<?php
// Currency rates, every night.
require_once('/var/www/pedlarsgate/config.php');
