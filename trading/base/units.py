"""Lengths of time in microseconds."""

from __future__ import annotations

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US
FOR_EVER_US = 2**53 - 1
"""An end that never comes: the largest integer that every JSON reader keeps exactly."""
