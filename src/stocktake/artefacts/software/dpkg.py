"""dpkg's database: which files each package of Debian and its kin brought, with their MD5.

Sources: dpkg(1), deb-md5sums(5), deb-conffiles(5), dpkg-divert(1). ``info/PACKAGE.md5sums``
(``PACKAGE:ARCH.md5sums`` where architectures may stand beside each other) lists files but for those of
configuration, which ``status`` lists with the MD5 that they came with. Three lines of ``diversions`` are a
path, the path that it was moved to, and the package for which: files of all other packages lie at the second.
``bin``, ``sbin`` and ``lib`` may be links into ``usr`` (usr-merge): who compares looks there too.
"""

import re
from collections.abc import Iterator
from contextlib import closing

from stocktake.artefacts import Group
from stocktake.artefacts.gathering import Gathering
from stocktake.artefacts.lines import LONGEST, Line, lines, shown
from stocktake.artefacts.software.tables import FAMILY, TABLES
from stocktake.evidence import Item
from stocktake.records.raw import UnitWriter

_SUM = re.compile(rb"([0-9a-f]{32})  ?\*?(.+)")
_CONFFILE = re.compile(rb" (/\S.*?) ([0-9a-f]{32})(?: obsolete)?(?: remove-on-upgrade)?")
_LARGEST = 1 << 28  # bytes of one list


def read(group: Group, unit: UnitWriter) -> None:
    """Write a row a file that a package declares."""
    root = group.path.removesuffix("var/lib/dpkg")
    rows = Gathering(unit, FAMILY, TABLES)
    by_name = {item.path.rpartition("/")[2]: item for item in group.items}
    versions: dict[str, str] = {}
    diverted = dict(_diversions(by_name["diversions"])) if "diversions" in by_name else {}
    if "status" in by_name:
        for package, version, conffiles in _status(by_name["status"]):
            versions[package] = version
            for path, digest in conffiles:
                _add(rows, root, path, digest, package, version, by_name["status"].path, configuration=True)
    for name, item in sorted(by_name.items()):
        if not name.endswith(".md5sums"):
            continue
        package = name.removesuffix(".md5sums")
        known = versions.get(package) or versions.get(package.partition(":")[0])
        unread = 0
        for line in _lines(item):
            found = _SUM.fullmatch(line.data)
            if not found:
                unread += bool(line.data.strip())
                continue
            path = shown(found[2]).removeprefix("./").lstrip("/")
            owner, moved = diverted.get(path, (package, path))
            if owner != package.partition(":")[0]:
                path = moved
            _add(rows, root, path, found[1].decode(), package, known, item.path, configuration=False)
        if unread:
            unit.problem(f"{unread} lines of {item.path} are no digests of files", severity="info")
    rows.finish()


def _add(
    rows: Gathering,
    root: str,
    path: str,
    digest: str,
    package: str,
    version: str | None,
    file: str,
    *,
    configuration: bool,
) -> None:
    rows.add(
        "declared_files", root=root, path=path, algorithm="md5", digest=digest,
        package=package.partition(":")[0], version=version, origin="dpkg",
        configuration=configuration, file=file,
    )  # fmt: skip


def _lines(item: Item) -> Iterator[Line]:
    try:
        with closing(item.open()) as stream:
            for line in lines(stream):  # type: ignore[arg-type]
                if line.offset > _LARGEST:
                    return
                if line.length < LONGEST:
                    yield line
    except OSError:
        return


def _diversions(item: Item) -> Iterator[tuple[str, tuple[str, str]]]:
    three: list[str] = []
    for line in _lines(item):
        three.append(shown(line.data))
        if len(three) == 3:
            path, moved, package = three
            yield path.lstrip("/"), (package, moved.lstrip("/"))
            three = []


def _status(item: Item) -> Iterator[tuple[str, str, list[tuple[str, str]]]]:
    """Each package with its version and its files of configuration; under ``name`` and ``name:arch``."""
    fields: dict[str, str] = {}
    conffiles: list[tuple[str, str]] = []
    within = ""
    for line in [*_lines(item), Line(0, 0, b"")]:
        if not line.data.strip():
            if "Package" in fields:
                name, version = fields["Package"], fields.get("Version", "")
                yield name, version, conffiles
                yield f"{name}:{fields.get('Architecture', '')}", version, []
            fields, conffiles, within = {}, [], ""
        elif line.data[:1] in (b" ", b"\t"):
            found = _CONFFILE.fullmatch(line.data) if within == "Conffiles" else None
            if found:
                conffiles.append((shown(found[1]).lstrip("/"), found[2].decode()))
        else:
            within, _, value = line.text.partition(":")
            fields[within] = value.strip()
