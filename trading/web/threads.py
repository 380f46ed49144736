"""Handlers that wait for the database run in threads, each registered as often as it likes.

Litestar 2.25 wraps a handler with ``sync_to_thread`` anew each time its path gets another method,
and of a function wrapped twice nobody awaits the answer. What is asynchronous already is left
alone, so that wrapping it first, here, is the cure.
"""

from __future__ import annotations

import functools
from typing import Any

import anyio.to_thread
from litestar.handlers import HTTPRouteHandler
from litestar.utils.predicates import is_async_callable


def in_thread(handler: HTTPRouteHandler) -> HTTPRouteHandler:
    """Return ``handler``, answering from a thread if it was declared with ``sync_to_thread``."""
    function = handler.fn
    if handler.sync_to_thread and not is_async_callable(function):

        @functools.wraps(function)
        async def answer(*args: Any, **kwargs: Any) -> Any:
            return await anyio.to_thread.run_sync(functools.partial(function, *args, **kwargs))

        handler._fn = answer  # noqa: SLF001 - no public way to exchange the function
    return handler
