"""The investigators' pages: served on loopback, to whoever holds the login link, each look recorded."""
