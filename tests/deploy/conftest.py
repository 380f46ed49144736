"""Where nginx, Caddy or systemd is missing its tests are not collected, and the header says so."""

from __future__ import annotations

from tests.deploy.programs import TESTS, absent

collect_ignore = [TESTS[name] for name in absent()]
