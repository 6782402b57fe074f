-- title: Clocks
-- note: How many seconds each host's clock was fast, or slow where the number is below 0, by the statements of services that compare clocks, by settings of the clock, and by mail that other hosts handed on. No time is corrected by it.
-- unit: comparisons
-- keys: host, method
-- sums: seconds
SELECT host, method, seconds, skew_id AS subject_id
FROM clock_skew
