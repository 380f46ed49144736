"""Bidders register for an account; who they are is checked at the counter, behind a port.

The account exists at once and opens nothing until somebody of the office has seen the papers of
the person. The name is sealed under the person's own key and only its digest is recorded.
"""

from __future__ import annotations

from typing import Any, Protocol

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler

from trading.base.errors import InvalidInput, TradingError
from trading.centre import Personal
from trading.people.commands import EnrolPerson
from trading.web.access import EVERYBODY, OFFICE, opt
from trading.web.shell import Asked, Page, Shell, form_of
from trading.web.signin.keys import Keys, address_of, typed_twice

NAME_MAX = 120
ID_BYTES = 4
_LETTERS = str.maketrans("0123456789", "ghijklmnop")


class IdentityVerifier(Protocol):
    """Says who a person is: the counter, or a service of the province behind this port."""

    def verified(self, person: str, name: str) -> bool:
        """Tell whether ``name`` is the name of who holds the account ``person``."""


class CounterCheck:
    """Believes the member of the office who saw the papers and typed the name from them."""

    def verified(self, person: str, name: str) -> bool:
        """Tell whether a name was typed at all."""
        return bool(person and name)


def routes(shell: Shell, keys: Keys) -> list[HTTPRouteHandler]:
    """Return the registration of bidders and the counter."""
    verifier: IdentityVerifier = CounterCheck()

    @get("/signin/bidder/register", sync_to_thread=True, opt=opt(EVERYBODY))
    def register(request: Asked) -> Page:
        return shell.page(request, "signin/register.html", told=None, person="")

    @post("/signin/bidder/register", sync_to_thread=True, opt=opt(EVERYBODY))
    def take(request: Asked) -> Response[Any]:
        form = form_of(request)
        given, again = str(form.get("password", "")), str(form.get("again", ""))
        person = f"bidder-{shell.entropy(ID_BYTES).hex().translate(_LETTERS)}"
        address = address_of(request)
        try:
            keys.throttle.check("register", address)
            given = typed_twice(given, again)
            keys.accounts.set_password(person, "bidder", given)
        except TradingError as error:
            keys.throttle.failed("register", address)
            told = shell.explain(request, error)
            return shell.page(
                request, "signin/register.html", status=error.status, told=told, person=""
            )
        keys.accounts.disable(person)
        return shell.page(request, "signin/register.html", told=None, person=person)

    @get("/signin/counter", sync_to_thread=True, opt=opt(OFFICE))
    def counter(request: Asked) -> Page:
        return shell.page(request, "signin/counter.html", told=None, done="", person="")

    @post("/signin/counter", sync_to_thread=True, opt=opt(OFFICE))
    def check(request: Asked) -> Response[Any]:
        form = form_of(request)
        person, name = str(form.get("person", "")).strip(), str(form.get("name", "")).strip()
        try:
            found = keys.accounts.find(person)
            if found is None or found.room != "bidder":
                raise InvalidInput("there is no such account", field="person", rule="known")
            if len(name) > NAME_MAX or not verifier.verified(person, name):
                raise InvalidInput("a name is needed", field="name", rule="required")
            personal = Personal(f"person/{person}", "name", name)
            receipt = shell.act(
                request, "person.enrol/1", EnrolPerson(person), "office", personal=(personal,)
            )
            keys.accounts.disable(person, disabled=False)
        except TradingError as error:
            told = shell.explain(request, error)
            return shell.page(
                request, "signin/counter.html", status=error.status, told=told, done="",
                person=person,
            )  # fmt: skip
        return shell.page(
            request, "signin/counter.html", told=None, done=receipt.hash[:16], person=person
        )

    return [register, take, counter, check]
