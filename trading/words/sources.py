"""Where a rule comes from, in the language of the reader.

Rules name their sources in one short form (``domain brief 6, rows 28-30; 民法典 707``); what each
is called stands here once, in both languages.
"""

from __future__ import annotations

import re

from trading.words.language import language, pick

_PART = re.compile(
    r"(?P<book>[^\d,]*?),?\s?(?P<section>section )?(?P<at>\d[\d.]*(?:(?:-|, | and )\d+)*)?"
    r"(?:, (?P<row>rows?) (?P<rows>\d+(?:(?:-| and )\d+)*))?"
)
_BOOKS = {
    "domain brief": ("业务规范", "domain brief", "节"),
    "security brief": ("安全规范", "security brief", "节"),
    "decision": ("设计决定", "decision", "条"),
    "decisions": ("设计决定", "decisions", "节"),
    "ADR": ("架构决定", "architecture decision", "号"),
    "民法典": ("《民法典》", "Civil Code, article", "条"),
    "农村土地承包法": ("《农村土地承包法》", "Rural Land Contracting Law, article", "条"),
    "农村集体经济组织法": (
        "《农村集体经济组织法》", "Rural Collective Economic Organisations Law, article", "条",
    ),
    "招标投标法": ("《招标投标法》", "Tendering and Bidding Law, article", "条"),
    "招标投标法实施条例": (
        "《招标投标法实施条例》", "Regulations for the Tendering and Bidding Law, article", "条",
    ),
    "网络司法拍卖规定": (
        "《网络司法拍卖规定》", "Provisions on Online Judicial Auctions, article", "条",
    ),
}  # fmt: skip
"""What a source is called in Chinese and in English, and the Chinese counter of its parts."""
_TERMS = {
    "村改社区": "villages that became communities", "交审分离": "filing and review kept apart",
    "四议两公开": "four deliberations and two disclosures",
}  # fmt: skip


def in_words(source: str) -> str:
    """Return ``source`` in the chosen language; what is not known stays as it is."""
    told, book = [], ""
    for part in source.split("; "):
        found = _PART.fullmatch(part)
        book = found["book"] if found and found["book"] else book
        if found and book in _BOOKS:
            told.append(_told(book, found, named=bool(found["book"])))
        else:
            told.append(pick(part, _TERMS.get(part, part)))
    return pick("；", "; ").join(told)


def _told(book: str, found: re.Match[str], *, named: bool) -> str:
    chinese, english, counter = _BOOKS[book]
    at, rows = found["at"] or "", found["rows"]
    if language() != "zh":
        section = found["section"] or ""
        told = f"{english} {section}{at}".strip() if named else at
        return f"{told}, {found['row']} {rows}" if rows else told
    told = f"{chinese if named else ''}{f'第 {_listed(at)} {counter}' if at else ''}"
    return f"{told}第 {_listed(rows)} 项" if rows else told


def _listed(numbers: str) -> str:
    return numbers.replace(" and ", "、").replace(", ", "、").replace("-", " 至 ")
