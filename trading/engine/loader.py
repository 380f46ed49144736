"""Interim loader."""
from __future__ import annotations
import tomllib
from dataclasses import dataclass
from typing import Any
from trading.engine.definitions import State, Timer, Transition, Workflow, Observation

@dataclass(frozen=True)
class Names:
    roles: frozenset[str]
    guards: frozenset[str]
    instants: frozenset[str]
    policy_keys: Any
    steps: frozenset[str]

def load(text: str, names: Names) -> Workflow:
    raw = tomllib.loads(text)
    ts = []
    for t in raw["transition"]:
        f = t.pop("from"); to = t.pop("to")
        for s in ([f] if isinstance(f, str) else f):
            ts.append(Transition(source=s, dest=to, **{k: tuple(v) if isinstance(v, list) else v for k, v in t.items()}))
    tm = [Timer(source=t.pop("from"), **t) for t in raw.get("timer", [])]
    w = raw["workflow"]
    o = raw.get("observation")
    return Workflow(w["name"], w["version"], w["stream"], w["title_zh"], w["title_en"], w["initial"], tuple(w["final"]), {k: State(**v) for k, v in raw["states"].items()}, tuple(ts), tuple(tm), Observation(o["from"], o["to"], tuple(o["steps"])) if o else None)
