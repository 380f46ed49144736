"""What people and machines send by mistake or by malice: a clear page, nothing lost or leaked."""

from __future__ import annotations

import pytest

from tests.support.rooms import Rooms
from tests.web.visitor import Visit, Visitor, bids_on
from trading.store import log

OPEN, LISTED = "case-r115-1", "case-r044-1"
MARKUP = "<script>alert(1)</script>\"'>{{7*7}}"
MEGABYTE = 1 << 20
PAPERS = {
    "page": b"<html><script>x</script></html>", "svg": b"<svg onload='x'/>", "zip": b"PK\x03\x04x",
    "program": b"\x7fELF" + b"\0" * 60, "cut": b"\xff\xd8\xff\xe0" + b"x" * 60,
    "nothing known": b"\0" * 600, "pdf by name": b"%PDF-1.7 and nothing more",
}  # fmt: skip


@pytest.mark.parametrize(
    "path",
    [f"/bidder?after={10**9}", "/bidder?after=%00&place=%3Cb%3E", f"/bidder/receipts/{10**9}",
     f"/bidder/receipts/{10**30}", f"/bidder/lots/{'x' * 3000}", "/bidder/lots/%2e%2e%2fstaff",
     f"/bidder/lots/{OPEN}/confirm?price={'9' * 4000}", f"/lots/{LISTED}/history?after={10**30}"],
)  # fmt: skip
def test_an_address_that_leads_nowhere_is_a_clear_page(visit: Visit, path: str) -> None:
    answer = visit("person-0").get(path)
    assert answer.status_code < 500
    assert "<h1" in answer.text or answer.status_code == 400
    assert "Traceback" not in answer.text


def test_markup_is_text_in_every_field(visit: Visit) -> None:
    visitor = visit("person-1")
    register = f"/bidder/lots/{LISTED}/register"
    newcomer = visit("markup")
    given = dict.fromkeys(("name", "near", "priority", "kind"), MARKUP)
    answers = [
        newcomer.send(register, newcomer.form(register, register) | given),
        visitor.get(f"/bidder/lots/{OPEN}/confirm?price={MARKUP}"),
        visitor.get(f"/bidder?q={MARKUP}&org={MARKUP}"),
        visitor.get(f"/?q={MARKUP}&least={MARKUP}"),
        visitor.get(f"/check?code={MARKUP}"),
    ]
    for answer in answers:
        assert answer.status_code in {200, 400, 404}, answer.url
        assert "<script>alert" not in answer.text, answer.url
        assert ">49<" not in answer.text
    assert "&lt;script&gt;" in answers[0].text


@pytest.mark.parametrize("what", PAPERS)
def test_what_is_no_paper_is_sent_back_and_nothing_is_kept(
    served: Rooms, visit: Visit, what: str
) -> None:
    before = log.head(served.centre.reading).size
    answer = _claim(visit(f"claims-{what.replace(' ', '-')}"), PAPERS[what])
    assert answer == 400
    assert log.head(served.centre.reading).size == before


def test_twenty_megabytes_are_looked_at_and_more_are_not_taken(served: Rooms, visit: Visit) -> None:
    before = log.head(served.centre.reading).size
    assert _claim(visit("large"), b"\0" * (20 * MEGABYTE)) == 400
    assert _claim(visit("larger"), b"\0" * (26 * MEGABYTE)) == 413
    assert log.head(served.centre.reading).size == before


def _claim(visitor: Visitor, content: bytes) -> int:
    address = f"/bidder/lots/{LISTED}/register"
    page = visitor.form(address, address)
    defects = {f"defect-{n}": "yes" for n in range(20)}
    fields = {
        **page, **defects, "conditions": "yes", "name": "王某", "near": "no", "kind": "person",
        "priority": "sitting_tenant", "price": "1",
    }  # fmt: skip
    files = {"proof": ("../../x.pdf", content, "application/pdf")}
    return visitor.send(address, fields, files=files).status_code


def test_two_tabs_and_the_back_button_are_one_bid(served: Rooms, visit: Visit) -> None:
    """Back shows the form that was sent: its key makes it the same bid, whatever came between."""
    roll = served.centre.state(f"roll/{OPEN}")
    assert roll is not None
    sale = served.centre.state(f"lot/{OPEN}").facets.get("sale")  # type: ignore[union-attr]
    lead = sale.lead_number if sale else 0
    numbers = list(roll.facets["roll"].listed.values())
    others = [f"person-{n}" for n, one in enumerate(numbers) if one != lead]
    first, second = visit(others[0]), visit(others[1])
    lowest = next_price(first)
    forms = [_confirm(first, lowest) for _tab in range(2)]
    answers = [first.send(f"/bidder/lots/{OPEN}/bid", forms[0]) for _again in range(2)]
    assert len({answer.url.path for answer in answers}) == 1
    count = len(bids_on(served.centre, OPEN))
    stale = first.send(f"/bidder/lots/{OPEN}/bid", forms[1])
    assert stale.status_code == 409, "the other tab may not raise the own lead"
    late = second.get(f"/bidder/lots/{OPEN}/confirm?price={lowest}")
    assert late.status_code == 400
    again = first.send(f"/bidder/lots/{OPEN}/bid", forms[0])
    assert again.url.path == answers[0].url.path
    assert len([a for a in bids_on(served.centre, OPEN) if a.outcome == "done"]) <= count


def next_price(visitor: Visitor) -> str:
    """Return the lowest price that the page offers."""
    page = visitor.get(f"/bidder/lots/{OPEN}/live").text
    return page.partition('name="price" value="')[2].partition('"')[0]


def _confirm(visitor: Visitor, price: str) -> dict[str, str]:
    action = f"/bidder/lots/{OPEN}/bid"
    return visitor.form(f"/bidder/lots/{OPEN}/confirm?price={price}", action)
