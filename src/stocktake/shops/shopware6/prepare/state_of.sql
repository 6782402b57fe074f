-- Each state's technical name, the same in all languages.
SELECT id, MIN(LOWER(TRIM(technical_name))) AS state FROM state_machine_state GROUP BY id
