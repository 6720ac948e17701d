"""Names of columns and values, reduced to what makes two of them the same."""

from __future__ import annotations

import re
import unicodedata

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_BETWEEN = re.compile(r"[\W_]+")


def words(text: str) -> str:
    """Lower-case words with single spaces: `CreatedDate`, `created_date` and `Created date` are one."""
    plain = unicodedata.normalize("NFKC", text)
    return _BETWEEN.sub(" ", _HUMP.sub(" ", plain)).strip().casefold()


def joined(text: str) -> str:
    """`words` without the spaces: `e-mail` and `Email` are one."""
    return words(text).replace(" ", "")
