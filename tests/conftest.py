"""Fixtures that several test modules share."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from servers import MariaDB, PostgreSQL, mariadb_server, postgresql_server
from stocktake.case import Case, Settings


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


@pytest.fixture(autouse=True)
def own_installation(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """The installation's signing key belongs to the tests, never to whoever runs them."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path_factory.getbasetemp() / "installation"))


@pytest.fixture
def empty_case(tmp_path) -> Case:
    """A case with nothing in it."""
    settings = Settings(
        "R/1", "Operation Test", "Testshire Police", "", "Europe/London", datetime(2026, 1, 2, tzinfo=UTC)
    )
    return Case.create(tmp_path / "empty.case", settings)
