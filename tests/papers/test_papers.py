"""Every paper of the trade, made of the record of a year."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pytest
from pypdf import PdfReader

from trading import papers
from trading.base.errors import NotFound
from trading.centre import Centre
from trading.papers.kinds import kind_of
from trading.papers.printing import short_code
from trading.papers.reading import Of, acts
from trading.store import log

URL = "https://centre.example"
KINDS_OF_STREAM = ("case", "lot", "registration", "panel", "objection", "certificate")
R033 = "lot/case-r033-1"


def text_of(pdf: bytes) -> str:
    """Return the text of all pages, without white space."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    return "".join("".join(page.extract_text().split()) for page in pages)


@pytest.fixture(scope="session")
def of_each(centre: Centre) -> dict[str, str]:
    """Return for every kind of paper the first stream of which it can be made."""
    found: dict[str, str] = {}
    for stream in _streams(centre):
        for kind in papers.ready(centre, stream):
            found.setdefault(kind.name, stream)
        if len(found) == len(papers.KINDS):
            break
    return found


def _streams(centre: Centre) -> Iterator[str]:
    for kind in KINDS_OF_STREAM:
        yield from (state.name for state in centre.states_of(kind))


def test_a_year_has_a_stream_for_every_paper(of_each: dict[str, str]) -> None:
    assert of_each.keys() == papers.KINDS.keys()


@pytest.mark.parametrize("name", papers.KINDS)
def test_every_paper_has_title_number_and_code(
    centre: Centre, of_each: dict[str, str], name: str
) -> None:
    stream = of_each[name]
    markup = papers.html(centre, name, stream, URL)
    _values, act = kind_of(name).values(centre, stream)
    assert short_code(act.code) in markup
    assert f"{URL}/check/{act.code}" in markup
    assert markup.count("<svg") == 1
    assert "编号：" in markup
    assert "None" not in markup
    assert "&lt;" not in markup


def test_a_paper_as_pdf_says_the_deal_in_figures_and_in_capitals(centre: Centre) -> None:
    pdf = papers.render(centre, "deal_confirmation", R033, URL)
    said = text_of(pdf)
    assert "成交确认书" in said
    assert "204.00元/亩·年（大写：贰佰零肆元整）" in said
    assert "叁佰陆拾捌万零肆佰零壹元玖角伍分" in said
    assert "第1页/共" in said
    assert "编号：QR-case-r033-1" in said


def test_the_same_record_gives_the_same_bytes(centre: Centre) -> None:
    from trading.papers import printing

    first = papers.render(centre, "contract", R033, URL)
    printing._kept.clear()
    assert papers.render(centre, "contract", R033, URL) == first


def test_a_paper_keeps_its_code_while_its_stream_goes_on(centre: Centre) -> None:
    state = centre.state(R033)
    assert state is not None
    _values, act = kind_of("deal_confirmation").values(centre, R033)
    assert act.code != state.hash
    row = log.entries(centre.reading, act.index, 1)[0]
    assert row.hash.hex() == act.code


def test_names_only_where_the_caller_lets_them_in(centre: Centre) -> None:
    masked = papers.html(centre, "award_notice", R033, URL)
    named = papers.html(centre, "award_notice", R033, URL, names=True)
    assert "张先生" in named
    assert "张先生" not in masked
    assert "张**" in masked


def test_public_papers_hold_no_name_of_a_bidder(centre: Centre, of_each: dict[str, str]) -> None:
    for name, kind in papers.KINDS.items():
        if kind.public:
            assert "张先生" not in papers.html(centre, name, of_each[name], URL), name


@pytest.mark.parametrize(
    ("kind", "stream"),
    [
        ("deal_confirmation", "lot/case-r044-1"),
        ("certificate", R033),
        ("notice", "case/nobody"),
        ("no_such_kind", R033),
        ("termination", R033),
    ],
)
def test_papers_that_do_not_exist(centre: Centre, kind: str, stream: str) -> None:
    with pytest.raises(NotFound):
        papers.html(centre, kind, stream, URL)


def test_every_refused_bid_stands_on_the_record_of_bidding(centre: Centre) -> None:
    markup = papers.html(centre, "bid_record", R033, URL)
    assert "不符合出价规则" in markup
    assert "有效，领先" in markup


def test_acts_are_told_all_or_the_bids_alone_or_without_them(centre: Centre) -> None:
    parts: tuple[Of, ...] = ("all", "bids", "others")
    every, bids, others = ([act.index for act in acts(centre, R033, of)] for of in parts)
    assert sorted(bids + others) == every
    assert bids
    assert others
