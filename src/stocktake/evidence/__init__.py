"""Opening what was seized: an exhibit's files, archives opened, compression unwrapped.

Nothing is ever written, and nothing in the evidence names a place that is written to.
"""

from stocktake.evidence.captures import Capture
from stocktake.evidence.identify import identify
from stocktake.evidence.items import EvidenceProblem, Item, items
from stocktake.evidence.opening import Limits
from stocktake.evidence.streams import Counted, Fault, Stream

__all__ = ["Capture", "Counted", "EvidenceProblem", "Fault", "Item", "Limits", "Stream", "identify", "items"]
