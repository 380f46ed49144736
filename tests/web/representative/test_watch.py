"""A representative looks, states, doubts, asks: through the forms of the pages alone."""

from __future__ import annotations

import gzip
import io
import re

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from PIL import Image
from sqlalchemy import event, text

from tests.support.rooms import Rooms
from tests.web.visitor import Visit, Visitor, plain
from trading.observing import evidence
from trading.observing.rules import Panel
from trading.observing.talk import Talk
from trading.papers.reading import Act, acts
from trading.store import documents, log
from trading.web.representative import reading
from trading.web.shell import Shell
from trading.web.visibility import sits
from trading.words.language import speaking

WEBM = b"\x1a\x45\xdf\xa3" + b"voice" * 20
FALSE_JPEG = b"\xff\xd8\xff\xe0" + b"photo" * 20
WEIGHT_BYTES_MAX = 80 * 1024


def _jpeg() -> bytes:
    """Return a photo as a phone takes it, only smaller."""
    found = io.BytesIO()
    Image.new("RGB", (60, 40), "green").save(found, "JPEG")
    return found.getvalue()


@pytest.fixture
def member(served: Rooms, case: str) -> str:
    """Give the member of the panel who has not stated anything."""
    return _panel(served, case).members[-1]


@pytest.fixture
def visitor(visit: Visit, member: str, case: str) -> Visitor:
    found = visit(member, "representative")
    found.case = case
    return found


def _panel(rooms: Rooms, case: str) -> Panel:
    state = rooms.centre.state(f"panel/{case}")
    assert state is not None
    found: Panel = state.facets["panel"]
    return found


def _talk(rooms: Rooms, case: str) -> Talk:
    state = rooms.centre.state(f"panel/{case}")
    assert state is not None
    found: Talk = state.facets.get("talk") or Talk()
    return found


def _path(visitor: Visitor, step: str) -> str:
    found = re.search(f"/watch/look/{visitor.case}/{step}/[0-9a-f]+", visitor.get("/watch").text)
    assert found is not None
    return found[0]


def _said(rooms: Rooms, member: str, kind: str) -> list[Act]:
    row = member.split("-")[1]
    found = acts(rooms.centre, f"panel/case-{row}")
    return [act for act in found if act.kind == kind and act.actor == member]


def _stored(rooms: Rooms, digest: str) -> tuple[bytes, str]:
    with log.reading(rooms.centre.reading) as connection:
        return documents.get(connection, digest)


def test_what_waits_is_shown_and_what_is_stated_waits_no_more(
    served: Rooms, visitor: Visitor, member: str
) -> None:
    path = _path(visitor, "O5")
    waiting = visitor.get("/watch").text.count('class="task"')
    assert visitor.get("/watch/first").headers["location"] == (path if waiting == 1 else "/watch")
    page = visitor.get(path)
    assert "报名人数" in page.text
    assert f"{path}/fine" in page.text
    fields = visitor.form(f"{path}/fine", f"{path}/sign")
    done = visitor.send(f"{path}/sign", fields)
    assert done.url.path.startswith("/watch/done/")
    (act,) = _said(served, member, "panel.state/1")
    assert (act.data["verdict"], act.data["assurance"]) == ("seen", "session_code")
    assert act.code[:4].upper() in done.text
    assert "data:image/svg+xml" in done.text
    assert f'{path}"' in visitor.get("/watch").text
    assert f"{path}/fine" not in visitor.get(path).text
    assert visitor.get("/watch/mine").text.count('class="task"') == 1


def test_a_double_tap_is_one_statement(served: Rooms, visitor: Visitor, member: str) -> None:
    path = _path(visitor, "O4")
    fields = visitor.form(f"{path}/fine", f"{path}/sign")
    first, second = (visitor.send(f"{path}/sign", fields) for _n in range(2))
    assert first.url == second.url
    assert len(_said(served, member, "panel.state/1")) == 1


def test_help_of_the_staff_is_on_record(served: Rooms, visitor: Visitor, member: str) -> None:
    path = _path(visitor, "O4")
    fields = visitor.form(f"{path}/fine", f"{path}/sign")
    assert visitor.send(f"{path}/sign", fields | {"assisted": "yes"}).status_code == 200
    assert _said(served, member, "panel.state/1")[0].data["assurance"] == "assisted"


def test_a_signature_that_no_own_device_made_is_refused_and_said_why(
    served: Rooms, visitor: Visitor, member: str
) -> None:
    path = _path(visitor, "O4")
    fields = visitor.form(f"{path}/fine", f"{path}/sign")
    forged = fields | {"signature": "ab" * 64, "device": "cd" * 32}
    page = visitor.send(f"{path}/sign", forged)
    assert page.status_code == 409
    assert 'class="trouble"' in page.text
    assert [act.outcome for act in _said(served, member, "panel.state/1")] == ["refused"]


def test_a_doubt_is_said_in_words_and_with_a_photo_and_a_voice(
    served: Rooms, visitor: Visitor, member: str
) -> None:
    path = _path(visitor, "O5")
    fields = visitor.form(f"{path}/doubt", f"{path}/doubt")
    files = {"photo": ("x.php", _jpeg(), "text/html"), "voice": ("v", WEBM, "audio/webm")}
    page = visitor.send(f"{path}/doubt", fields | {"reason": "人数<b>不对</b>"}, files=files)
    assert "人数&lt;b&gt;不对&lt;/b&gt;" in page.text
    remarks = _said(served, member, "panel.remark/1")
    kinds = [_stored(served, act.docs[0]["sha256"])[1] for act in remarks]
    assert kinds == ["image/jpeg", "audio/webm"]
    sent = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page.text)
    assert (
        visitor.send(f"{path}/sign", dict(sent) | {"reason_zh": "人数<b>不对</b>"}).status_code
        == 200
    )
    (act,) = _said(served, member, "panel.state/1")
    assert (act.data["verdict"], act.data["reason_zh"]) == ("refused", "人数<b>不对</b>")


def test_an_empty_doubt_and_a_foreign_file_are_sent_back_with_what_was_typed(
    served: Rooms, visitor: Visitor, member: str
) -> None:
    path = _path(visitor, "O5")
    fields = visitor.form(f"{path}/doubt", f"{path}/doubt")
    assert visitor.send(f"{path}/doubt", fields).status_code == 400
    broken = {"photo": ("x.jpg", FALSE_JPEG, "image/jpeg")}
    assert visitor.send(f"{path}/doubt", fields, files=broken).status_code == 400
    files = {"photo": ("x.jpg", b"MZ\x90\x00 program", "image/jpeg")}
    page = visitor.send(f"{path}/doubt", fields | {"reason": "看这里"}, files=files)
    assert page.status_code == 400
    assert "看这里" in page.text
    large = {"photo": ("x.jpg", _jpeg() + b"x" * (10 * 1024 * 1024), "image/jpeg")}
    assert visitor.send(f"{path}/doubt", fields, files=large).status_code == 400
    page = visitor.send(f"{path}/ask", fields | {"text": "电话 13800138000 是谁的"})
    assert page.status_code == 400
    assert "13800138000" in page.text
    assert _said(served, member, "panel.remark/1") == []


def test_a_member_is_there_asks_and_calls_for_a_hold(
    served: Rooms, visitor: Visitor, member: str
) -> None:
    path = _path(visitor, "O5")
    visitor.send(f"{path}/attend", visitor.form(path, f"{path}/attend"))
    assert member in _talk(served, visitor.case).present["O5"]
    assert "您已到场" in visitor.get(path).text
    for what in ("ask", "hold", "remark"):
        fields = visitor.form(f"{path}/{what}", f"{path}/{what}")
        page = visitor.send(f"{path}/{what}", fields | {"text": "为什么少了一个人？"})
        assert page.url.path.startswith("/watch/done/"), what
    assert _talk(served, visitor.case).asked == 1
    assert list(_talk(served, visitor.case).callers) == [f"O5 {visitor.case}-1"]
    year = plain(visitor.get("/watch/year"))
    assert "提问 1" in year
    assert plain(visitor.get("/watch/year?year=9999999999")) == year


def test_papers_are_shown_as_pictures(visitor: Visitor) -> None:
    path = _path(visitor, "O1")
    assert f"{path}/papers/0/0" in visitor.get(f"{path}/papers/0").text
    picture = visitor.get(f"{path}/papers/0/0")
    assert picture.headers["content-type"] == "image/jpeg"
    assert picture.content.startswith(b"\xff\xd8\xff")
    for wrong in (f"{path}/papers/99", f"{path}/papers/0/99", f"{path}/papers/{10**9}"):
        assert visitor.get(wrong).status_code == 404


def test_nobody_else_sees_what_a_panel_looks_at(visit: Visit, visitor: Visitor) -> None:
    path = _path(visitor, "O5")
    stranger = visit("rep-r033-22", "representative")
    for page in (path, f"{path}/fine", f"{path}/papers/0", f"{path}/papers/0/0", f"{path}/ask"):
        assert stranger.get(page).status_code == 404, page
    assert path not in stranger.get("/watch").text
    assert visit("office-chen", "staff", "two").get(path).status_code == 404
    public = visit().get(path)
    assert (public.status_code, public.headers["location"][:7]) == (303, "/signin")


def test_an_act_of_somebody_else_has_no_receipt_here(
    served: Rooms, visitor: Visitor, case: str
) -> None:
    other = _said(served, _panel(served, case).members[0], "panel.state/1")[0]
    for index in (other.index, -1, 10**9):
        assert visitor.get(f"/watch/done/{index}").status_code == 404


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_first_load_is_light_and_the_type_is_large(visitor: Visitor, lang: str) -> None:
    visitor.client.cookies.set("lang", lang)
    path = _path(visitor, "O5")
    for page in ("/watch", path, f"{path}/fine"):
        text = visitor.get(page).text
        linked = re.findall(r'(?:href|src)="(/static/[^"]+)"', text)
        parts = [text.encode(), *(visitor.get(address).content for address in linked)]
        weight = sum(len(gzip.compress(part)) for part in parts)
        assert weight <= WEIGHT_BYTES_MAX, page
    asked = {"zh": "审查得公道吗", "en": "checked fairly"}[lang]
    assert asked in plain(visitor.get(path))
    assert "size-xl" in visitor.get("/watch?size=xl").text
    assert "size-xl" in visitor.get("/watch").text


def test_a_second_phone_is_made_known_and_confirmed_by_two(
    visit: Visit, visitor: Visitor, member: str
) -> None:
    point = ec.generate_private_key(ec.SECP256R1()).public_key()
    key = point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint).hex()
    fields = visitor.form("/watch/phones", "/watch/phones")
    assert "可以签名" in visitor.send("/watch/phones", fields | {"public_key": key}).text
    others = [
        one
        for one in (f"rep-{visitor.case.removeprefix('case-')}-{n}" for n in (20, 21, 22))
        if one != member
    ][:2]
    for other in others:
        friend = visit(other, "representative")
        sent = friend.form("/watch/phones", "/watch/phones/confirm")
        assert sent["person"] == member
        assert friend.send("/watch/phones/confirm", sent).status_code == 200
    assert visitor.get("/watch/phones").text.count("可以签名") == 2
    lost = visitor.form("/watch/phones", "/watch/phones/revoke")
    assert "已停用" in visitor.send("/watch/phones/revoke", lost).text
    friend = visit(others[0], "representative")
    nobody = friend.form("/watch/phones", "/watch/phones")
    wrong = friend.send(
        "/watch/phones/confirm", nobody | {"person": "office-chen", "fingerprint": "00"}
    )
    assert wrong.status_code == 404


def test_the_centre_explains_a_step_in_its_own_voice(visit: Visit, visitor: Visitor) -> None:
    office = visit("office-chen", "staff", "two")
    fields = office.form("/staff/guidance", "/staff/guidance") | {"step": "O5"}
    bad = {"voice": ("v", b"<html>", "audio/webm")}
    assert office.send("/staff/guidance", fields, files=bad).status_code == 400
    assert office.send("/staff/guidance", fields | {"step": "O99"}).status_code == 400
    path = _path(visitor, "O5")
    assert "<audio" not in visitor.get(path).text
    assert visitor.get("/watch/spoken/O5").status_code == 404
    good = {"voice": ("v", WEBM, "audio/webm")}
    assert "已录" in office.send("/staff/guidance", fields, files=good).text
    assert "<audio" in visitor.get(path).text
    assert visitor.get("/watch/spoken/O5").content == WEBM


def test_the_staff_open_a_step_whose_evidence_the_panel_then_sees(
    served: Rooms, visit: Visit, visitor: Visitor, case: str, member: str
) -> None:
    operator = visit("operator-tan", "staff", "two")
    address = f"/staff/steps/{case}"
    fields = operator.form(address, address)
    assert operator.send(address, fields | {"step": "O99"}).status_code == 400
    again = fields | {"step": "O2", "lots": f"{case}-1"}
    assert operator.send(address, again).url.path == address
    newest = _panel(served, case).steps["O2"][-1]
    content, _media_type = _stored(served, newest.shown)
    assert evidence.read(content).lots[0].lot == f"{case}-1"
    assert "公告编号" in visitor.get(_path(visitor, "O2")).text
    early = operator.form(address, address) | {"step": "O9", "lots": f"{case}-1"}
    assert operator.send(address, early).status_code == 409
    assert visit("clerk-liu", "staff", "two").get(address).status_code == 404


def test_a_bad_key_is_refused_with_the_rule(visitor: Visitor) -> None:
    fields = visitor.form("/watch/phones", "/watch/phones")
    assert visitor.send("/watch/phones", fields | {"public_key": "04zz"}).status_code == 400


def test_draws_of_the_own_community_are_shown(visitor: Visitor, member: str) -> None:
    text = plain(visitor.get("/watch/draws"))
    assert "号代表（我）" in text
    assert "8888" in text


def test_only_the_own_panels_are_read_and_by_index(
    served: Rooms,
) -> None:
    case = "case-r044"  # only looked at here, whatever others do to it
    member = _panel(served, case).members[-1]
    asked: list[str] = []

    def look(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    shell = Shell(served.centre, served.home)
    event.listen(served.centre.reading, "before_cursor_execute", look)
    try:
        found = reading.panels(shell, member)
        known = reading.rosters(shell, member)
    finally:
        event.remove(served.centre.reading, "before_cursor_execute", look)
    assert [stream.name for stream in found] == [f"panel/{case}"]
    assert len(known) == 1
    states = [one for one in asked if "FROM projection_stream_state" in one]
    assert states
    assert all("stream IN (" in one for one in states), "never all that there are"
    every = [one for one in served.centre.states_of("panel") if sits(one, member)]
    assert every == found
    with log.reading(served.centre.reading) as connection:
        query = "explain query plan select panel from projection_seat where member = 'x'"
        assert "projection_seat_member" in str(connection.execute(text(query)).all())


def test_fellow_representatives_are_named_by_their_place_and_no_id(
    served: Rooms, visit: Visit
) -> None:
    case = "case-r044"
    member = _panel(served, case).members[-1]
    page = plain(visit(member, "representative").get("/watch/draws"))
    assert "号代表" in page
    assert not any(one in page for one in _panel(served, case).members)
    shell = Shell(served.centre, served.home)
    known = reading.rosters(shell, member)
    with speaking("zh"):
        assert reading.name_known(shell, "rep-elsewhere-01", known) == "rep-elsewhere-01"


def test_a_name_is_said_to_who_stands_on_the_same_roster(
    served: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = _panel(served, "case-r044").members[-1]
    shell = Shell(served.centre, served.home)
    monkeypatch.setattr(reading, "name_of", lambda _centre, person: f"王{person[-1]}")
    with speaking("zh"):
        told = reading.name_known(shell, member, reading.rosters(shell, member))
        assert re.fullmatch(rf"王{member[-1]} 第 \d+ 组 \d+ 号代表", told)
        assert reading.name_known(shell, member, []) == member
