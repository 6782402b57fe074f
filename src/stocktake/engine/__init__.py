"""Where relational work runs: embedded DuckDB, locked down."""
