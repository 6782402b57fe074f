"""Known software: files that a package or a published program is made of, so that people can look past them.

What declares a file is either the seized system's own package database, which its owner could change, or a
hash set from outside that an examiner takes into the case; ``items`` says which. A file whose content is not
what was declared of it is said to be changed: a finding, not a verdict.
"""

from stocktake.known.hash_sets import HashSet, algorithms, drop_set, hash_sets, take_in_set
from stocktake.known.marking import mark_known

__all__ = ["HashSet", "algorithms", "drop_set", "hash_sets", "mark_known", "take_in_set"]
