"""Whether the payer of a deposit is the bidder, told by the two names alone.

Runs at the edge, which records only the answer. A sole trader (个体工商户) may pay as the shop, as
its operator, or as the bank writes the two together: 某某便利店（张三）.
Source: domain brief, section 9: the payer's name is the bidder's, a third party is refused.
"""

from __future__ import annotations

import re
import unicodedata

_BRACKETED = re.compile(r"^(?P<shop>[^()]+)\((?P<operator>[^()]+)\)$")
_BRACKETS = str.maketrans("[]{}【】〔〕〈〉《》「」", "()()()()()()()")
_SEPARATORS = str.maketrans("•‧∙・", "····")


def same_payer(bidder_name: str, payer_name: str, operator_name: str = "") -> bool:
    """Tell whether money from ``payer_name`` is that of ``bidder_name``.

    ``operator_name`` is given for a sole trader alone. Width, brackets and spaces do not matter,
    letters compare without case; an empty name is nobody's.
    """
    bidder, payer, operator = map(_plain, (bidder_name, payer_name, operator_name))
    if not bidder or not payer:
        return False
    if payer == bidder:
        return True
    return bool(operator) and payer in _written(bidder, operator)


def _written(shop: str, operator: str) -> set[str]:
    """Return the ways in which a bank writes a sole trader."""
    found = _BRACKETED.match(shop)
    if found and found["operator"] == operator:
        shop = found["shop"]
    return {shop, operator, f"{shop}({operator})", f"{operator}({shop})"}


def _plain(name: str) -> str:
    """Return ``name`` in one width, with one kind of bracket, without spaces and case."""
    narrow = unicodedata.normalize("NFKC", name.translate(_SEPARATORS)).translate(_BRACKETS)
    return "".join(
        c for c in narrow if not c.isspace() and unicodedata.category(c) not in {"Cf", "Cc"}
    ).casefold()
