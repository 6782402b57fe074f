"""The case folder: one investigation's exhibits, ledger and everything derived from them."""

from stocktake.case.folder import Case, folder_name
from stocktake.case.settings import Settings

__all__ = ["Case", "Settings", "folder_name"]
