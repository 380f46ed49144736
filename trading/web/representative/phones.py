"""Own phones and those of others on the roster: a key is made, compared by two, and counts.

The private key is made in the browser and cannot leave it. Source: decision 18.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from litestar import get, post
from litestar.handlers import HTTPRouteHandler

from trading.base.errors import NotFound, Refused
from trading.observing.rules import Roster
from trading.people.device_commands import AddDevice, ConfirmDevice, RevokeDevice
from trading.people.devices import CONFIRMATIONS, Device, Devices
from trading.web.access import REPRESENTATIVE, opt
from trading.web.representative.frame import page
from trading.web.representative.reading import name_known, rosters
from trading.web.shell import Asked, Page, Shell, form_of, see_other, viewer_of

ROLE = "resident_rep"


class Waiting(NamedTuple):
    """A phone of somebody else that two have yet to compare."""

    person: str
    org: str
    fingerprint: str
    device: Device
    mine: bool


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the routes of phones."""
    return [_phones(shell), _add(shell), _confirm(shell), _revoke(shell)]


def devices_of(shell: Shell, person: str) -> dict[str, Device]:
    """Return the devices of ``person`` by fingerprint, revoked ones too."""
    state = shell.centre.state(f"person/{person}")
    found = state.facets.get("devices") if state else None
    return found.known if isinstance(found, Devices) else {}


def waiting(shell: Shell, person: str) -> list[Waiting]:
    """Return the phones of others on one's roster that still need a confirmation."""
    found = []
    for stream in rosters(shell, person):
        roster: Roster = stream.facets["roster"]
        members = [row.member for row in roster.rows]
        for member in members:
            for name, device in devices_of(shell, member).items():
                open_one = len(device.confirmed_by) < CONFIRMATIONS and not device.revoked_us
                if member != person and open_one:
                    mine = person in device.confirmed_by
                    found.append(Waiting(member, stream.name.partition("/")[2], name, device, mine))
    return found


def compared(fingerprint: str) -> str:
    """Return a fingerprint as two people compare it aloud: four groups of four."""
    return " ".join(fingerprint[first : first + 4].upper() for first in range(0, 16, 4))


def _phones(shell: Shell) -> HTTPRouteHandler:
    @get("/watch/phones", sync_to_thread=True, opt=opt(REPRESENTATIVE))
    def phones(request: Asked) -> Page:
        return _page(shell, request)

    return phones


def _page(shell: Shell, request: Asked, error: Refused | None = None) -> Page:
    person = viewer_of(request).person
    shell.centre.refresh()
    return page(
        shell, request, "phones.html", status=error.status if error else 200,
        own=devices_of(shell, person), others=waiting(shell, person), compared=compared,
        known=rosters(shell, person), name_known=partial(name_known, shell),
        needed=CONFIRMATIONS, told=shell.explain(request, error) if error else None,
    )  # fmt: skip


def _add(shell: Shell) -> HTTPRouteHandler:
    @post("/watch/phones", sync_to_thread=True, opt=opt(REPRESENTATIVE), status_code=200)
    def add(request: Asked) -> Page:
        key = str(form_of(request).get("public_key", ""))
        data = AddDevice(viewer_of(request).person, "p256", key)
        return _acted(shell, request, "person.add_device/1", data)

    return add


def _confirm(shell: Shell) -> HTTPRouteHandler:
    @post("/watch/phones/confirm", sync_to_thread=True, opt=opt(REPRESENTATIVE), status_code=200)
    def confirm(request: Asked) -> Page:
        form = form_of(request)
        wanted = (str(form.get("person", "")), str(form.get("fingerprint", "")))
        found = waiting(shell, viewer_of(request).person)
        one = next((one for one in found if (one.person, one.fingerprint) == wanted), None)
        if one is None:
            raise NotFound("no such page")
        data = ConfirmDevice(one.person, one.org, one.fingerprint)
        return _acted(shell, request, "person.confirm_device/1", data)

    return confirm


def _revoke(shell: Shell) -> HTTPRouteHandler:
    @post("/watch/phones/revoke", sync_to_thread=True, opt=opt(REPRESENTATIVE), status_code=200)
    def revoke(request: Asked) -> Page:
        name = str(form_of(request).get("fingerprint", ""))
        data = RevokeDevice(viewer_of(request).person, name)
        return _acted(shell, request, "person.revoke_device/1", data)

    return revoke


def _acted(
    shell: Shell, request: Asked, kind: str, data: AddDevice | ConfirmDevice | RevokeDevice
) -> Page:
    try:
        shell.act(request, kind, data, ROLE)
    except Refused as error:
        return _page(shell, request, error)
    return see_other("/watch/phones")
