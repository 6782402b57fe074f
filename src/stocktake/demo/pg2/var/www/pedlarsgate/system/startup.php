<?php
date_default_timezone_set('Europe/London');
function start($application) {
	require_once(DIR_SYSTEM . $application . '.php');
}
