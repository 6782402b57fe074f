"""Items to raw tables: every row as it was recorded, with its place in the evidence."""
