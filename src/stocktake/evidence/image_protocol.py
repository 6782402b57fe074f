"""How a process that reads images (`image_process`) is talked to.

A question is a pickled tuple (verb, layer, arguments), with its length before it. An answer is a JSON object
and raw bytes, with both lengths before them; one that says ``more`` is followed by another. Nothing that
comes from the process is unpickled: it may be in the hands of what it reads.
"""

import struct
from typing import Any

QUESTION = struct.Struct("<I")
ANSWER = struct.Struct("<IQ")

Answer = tuple[dict[str, Any], bytes]
