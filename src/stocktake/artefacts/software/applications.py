"""Which version of a web application lies in a folder, as its own files state.

Sources: WordPress' wp-includes/version.php; WooCommerce's main file and every WordPress plugin's header
("Header Requirements" of its Plugin Handbook); OpenCart's index.php.
"""

import re
from typing import BinaryIO

from stocktake.artefacts.gathering import Gathering
from stocktake.artefacts.lines import shown
from stocktake.artefacts.software.tables import FAMILY, TABLES
from stocktake.records.raw import UnitWriter

_HEAD = 1 << 14
_WORDPRESS = re.compile(rb"^\$wp_version\s*=\s*['\"]([0-9][\w.+-]{0,40})['\"];", re.MULTILINE)
_PLUGIN = re.compile(rb"^[ \t/*#@]*Plugin Name:[ \t]*([^\r\n*]{1,120})", re.MULTILINE | re.IGNORECASE)
_VERSION = re.compile(rb"^[ \t/*#@]*Version:[ \t]*([\w.+-]{1,40})", re.MULTILINE | re.IGNORECASE)
_OPENCART = re.compile(
    rb"^[ \t]*define\(\s*['\"]VERSION['\"]\s*,\s*['\"]([0-9][\w.]{0,20})['\"]\s*\)", re.MULTILINE
)


def recognise(head: bytes, path: str) -> str | None:
    """``version-SOFTWARE`` for the file of an application that states its version."""
    if not path.endswith(".php") or head.lstrip()[:5] != b"<?php":
        return None
    if path.endswith("wp-includes/version.php"):
        return "version-WordPress" if _WORDPRESS.search(head) else None
    if re.search(r"(?:^|/)index\.php$", path) and not path.endswith("admin/index.php"):
        return "version-OpenCart" if _OPENCART.search(head[:_HEAD]) and b"DIR_" in head else None
    if re.search(r"(?:^|/)wp-content/(?:mu-)?plugins/(?:[^/]+/)?[^/]+\.php$", path):
        return "version-plugin" if _PLUGIN.search(head[:_HEAD]) else None
    return None


def read(kind: str, stream: BinaryIO, path: str, unit: UnitWriter) -> None:
    """Write which software of which version the file says that it is of."""
    head = stream.read(_HEAD)
    rows = Gathering(unit, FAMILY, TABLES)
    folder = path.rpartition("/")[0]
    software = kind.removeprefix("version-")
    if software == "WordPress":
        found, folder = _WORDPRESS.search(head), folder.removesuffix("wp-includes").rstrip("/")
    elif software == "OpenCart":
        found = _OPENCART.search(head)
    else:
        found = _VERSION.search(head)
        name = _PLUGIN.search(head)
        software = f"WordPress plugin {shown(name[1]).strip()}" if name else "WordPress plugin"
    version = shown(found[1]) if found else None
    rows.add(
        "applications", software=software, version=version, folder=folder or ".", _offset=0, _length=len(head)
    )
    rows.finish()
