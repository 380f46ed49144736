"""Every question that programs may ask: what is answered there stands in one module each."""

from __future__ import annotations

from litestar.handlers import HTTPRouteHandler

from trading.web.api import cases, entries, lots, objects, own, people, register, statistics
from trading.web.api.answering import Reading
from trading.web.shell import Shell


def reading_routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the routes that are only read."""
    reading = Reading(shell)
    modules = (lots, cases, register, objects, own, people, statistics, entries)
    return [handler for module in modules for handler in module.routes(reading)]
