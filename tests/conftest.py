"""Fixtures that several test modules share."""

from collections.abc import Iterator

import pytest

from servers import MariaDB, PostgreSQL, mariadb_server, postgresql_server


@pytest.fixture(scope="session")
def mariadb() -> Iterator[MariaDB]:
    """A real MariaDB for this test process, empty but for what tests put in."""
    with mariadb_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A real PostgreSQL for this test process, empty but for what tests put in."""
    with postgresql_server() as server:
        yield server
