"""One module a page: what it asks of the tables, and what it hands its template."""
