"""The official papers of the trade: rendered from the record, printed, scanned, and handed over.

    from trading import papers
    papers.KINDS                      every kind of paper by name
    papers.ready(centre, stream)      the papers that can be made of a stream now
    papers.render(centre, "deal_confirmation", "lot/x-1", base_url)   the PDF
    papers.html(centre, "deal_confirmation", "lot/x-1", base_url)     its body for a web page

A paper says only what is on record and carries the code of the act that it is about, so the same
act gives the same bytes. Source: domain brief, section 17; decisions 7 and 8.
"""

from __future__ import annotations

from trading.papers.kinds import KINDS, PUBLIC, PaperKind, ready
from trading.papers.printing import html, render

__all__ = ["KINDS", "PUBLIC", "PaperKind", "html", "ready", "render"]
