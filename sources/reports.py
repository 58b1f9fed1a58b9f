"""How a report is told apart where nobody gave it a key: by its address."""

from __future__ import annotations

import re
from hashlib import sha256
from urllib.parse import urlsplit

LONGEST_HOST = 100  # leaves room for the digest in Report.key


def report_key(url: str) -> str:
    """The key of a report that has an address and no key of its own, always the same one."""
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    readable = re.sub(r"[^a-z0-9.-]", "", host)[-LONGEST_HOST:]
    return f"{readable}-{sha256(url.encode()).hexdigest()[:10]}".lstrip(".-")
