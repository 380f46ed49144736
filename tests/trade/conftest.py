"""Fixtures of the trade: a centre whose lot is in any place of its life."""

from __future__ import annotations

from tests.support.trade import at, places

__all__ = ["at", "places"]
