"""Say in plain words, Chinese and English, what a new definition changes.

Two people install a local definition after reading this, so nothing that changes what may happen
goes unmentioned; where nothing does, a last sentence says that the order alone has changed.
Source: decision 7.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from trading.base.money import format_yuan
from trading.engine.definitions import Observation, State, Timer, Transition, Workflow
from trading.engine.policy_keys import KEYS

_Pair = tuple[str, str]

_FIELDS: dict[str, _Pair] = {
    "name": ("名称", "name"),
    "stream": ("对象", "stream"),
    "title_zh": ("中文标题", "Chinese title"),
    "title_en": ("英文标题", "English title"),
    "initial": ("起始状态", "initial state"),
    "final": ("结束状态", "final states"),
    "label_zh": ("中文名", "Chinese label"),
    "label_en": ("英文名", "English label"),
    "live": ("实时计时", "live"),
    "roles": ("角色", "roles"),
    "guards": ("条件", "guards"),
    "unless": ("排除条件", "guards that must not hold"),
    "requires": ("须完成的观察步骤", "required observation steps"),
    "waives": ("免除的观察步骤", "waived observation steps"),
    "persons": ("所需人数", "persons"),
    "start": ("起点", "start"),
    "end": ("终点", "end"),
    "steps": ("步骤", "steps"),
    "source": ("依据", "source"),
    "options": ("可选项", "options"),
    "note_zh": ("中文说明", "Chinese note"),
    "note_en": ("英文说明", "English note"),
    "jurisdiction": ("适用地区", "jurisdiction"),
    "effective_from": ("施行日期", "in force from"),
    "effective_to": ("失效日期", "in force to"),
    "extends": ("继承自", "extends"),
    "draft": ("草案", "draft"),
}
_UNITS: dict[str, _Pair] = {
    "calendar_day": ("天", "day"),
    "working_day": ("个工作日", "working day"),
    "hour": ("小时", "hour"),
    "minute": ("分钟", "minute"),
    "second": ("秒", "second"),
    "millisecond": ("毫秒", "millisecond"),
    "person": ("人", "person"),
    "round": ("轮", "round"),
    "print": ("份", "print"),
    "month": ("个月", "month"),
    "year": ("年", "year"),
}
_RULES = ("roles", "guards", "unless", "requires", "waives", "persons")
_VALUES = "values"  # the table of a pack whose keys say enough by themselves
_ADDED, _REMOVED = ("新增", "added"), ("删除", "removed")
_TRUE, _FALSE, _NOTHING = ("是", "yes"), ("否", "no"), ("无", "none")
_STATE, _EDGE, _TIMER = ("状态", "state"), ("流转", "transition"), ("期限", "deadline")
_OBSERVATION = ("观察", "observation")
_ORDER = ("仅次序有变", "only the order has changed")


def differences(old: Workflow, new: Workflow, lang: str = "zh") -> list[str]:
    """Return what ``new`` changes in ``old``, one sentence each; the version is no change.

    ``lang`` is ``zh``; anything else gives English. The list is empty only when both are equal
    but for their versions.
    """
    words = _Words(lang)
    found = [
        *_fields(words, "", _head(old), _head(new)),
        *_states(words, old.states, new.states),
        *_edges(words, old, new),
        *_timers(words, old, new),
        *_observation(words, old.observation, new.observation),
    ]
    same = msgspec.structs.replace(old, version=new.version).digest == new.digest
    return found if found or same else [words.of(_ORDER)]


def body_differences(old: Mapping[str, Any], new: Mapping[str, Any], lang: str = "zh") -> list[str]:
    """Return what a ``new`` body of a pack, calendar or vote table changes in the ``old`` one.

    A table with ``value`` and ``unit`` is told as one value: ``结果公示期：3 天 -> 5 天``. The id
    is no change. ``lang`` is ``zh``; anything else gives English.
    """
    words = _Words(lang)
    bodies = ({key: value for key, value in body.items() if key != "id"} for body in (old, new))
    return list(_tables(words, "", *bodies))


class _Words:
    """The words of one language."""

    def __init__(self, lang: str) -> None:
        self._at = 0 if lang == "zh" else 1
        self.colon, self.comma = ("：", "、") if lang == "zh" else (": ", ", ")

    def of(self, pair: _Pair) -> str:
        return pair[self._at]

    def field(self, name: str) -> str:
        if name in _FIELDS:
            return self.of(_FIELDS[name])
        if name in KEYS:
            return self.of((KEYS[name].meaning_zh, KEYS[name].meaning_en))
        return name

    def state(self, name: str, state: State) -> str:
        return self.of((f"「{state.label_zh}」({name})", f'"{state.label_en}" ({name})'))

    def plain(self, value: object) -> str:
        if isinstance(value, bool):
            return self.of(_TRUE if value else _FALSE)
        if isinstance(value, list | tuple):
            return self.comma.join(map(self.plain, value)) or self.of(_NOTHING)
        if isinstance(value, Mapping):
            parts = [f"{key}={self.plain(value[key])}" for key in sorted(value)]
            return self.comma.join(parts) or self.of(_NOTHING)
        return self.of(_NOTHING) if value is None or value == "" else str(value)

    def amount(self, value: Mapping[str, Any]) -> str:
        """Return a policy value with its unit, money in yuan."""
        count, unit = value["value"], value["unit"]
        if unit == "fen" and isinstance(count, int):
            return self.of((f"{format_yuan(count)} 元", f"CNY {format_yuan(count)}"))
        if unit not in _UNITS:
            return self.plain(count)
        word_zh, word_en = _UNITS[unit]
        return self.of((f"{count} {word_zh}", f"{count} {word_en}{'' if count == 1 else 's'}"))

    def line(self, *said: str) -> str:
        return self.colon.join(said)

    def change(self, what: str, old: str, new: str) -> str:
        return self.line(what, f"{old} -> {new}")

    def put(self, verb: _Pair, kind: _Pair, what: str) -> str:
        return self.of((f"{verb[0]}{kind[0]}：{what}", f"{kind[1]} {verb[1]}: {what}"))


def _head(workflow: Workflow) -> dict[str, Any]:
    fields = ("name", "stream", "title_zh", "title_en", "initial", "final")
    return {field: getattr(workflow, field) for field in fields}


def _fields(
    words: _Words, where: str, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[str]:
    """Tell each field that differs: of a list what came and went, of the rest both values."""
    for field, value in new.items():
        what = words.line(where, words.field(field)) if where else words.field(field)
        before = old[field]
        if isinstance(value, tuple):
            yield from _members(words, what, before, value)
        elif value != before:
            yield words.change(what, words.plain(before), words.plain(value))


def _members(words: _Words, what: str, old: tuple[str, ...], new: tuple[str, ...]) -> Iterator[str]:
    came = [name for name in new if name not in old]
    gone = [name for name in old if name not in new]
    for verb, names in ((_ADDED, came), (_REMOVED, gone)):
        if names:
            yield words.line(what, f"{words.of(verb)} {words.plain(names)}")
    if not came and not gone and old != new:
        yield words.line(what, words.of(_ORDER))


def _states(words: _Words, old: Mapping[str, State], new: Mapping[str, State]) -> Iterator[str]:
    for name, state in new.items():
        if name not in old:
            live = f"; {words.field('live')}" if state.live else ""
            yield words.put(_ADDED, _STATE, words.state(name, state) + live)
        else:
            where = words.state(name, old[name])
            asdict = msgspec.structs.asdict
            yield from _fields(words, where, asdict(old[name]), asdict(state))
    for name, state in old.items():
        if name not in new:
            yield words.put(_REMOVED, _STATE, words.state(name, state))


def _edges(words: _Words, old: Workflow, new: Workflow) -> Iterator[str]:
    """Pair the edges of equal trigger, source and dest, equal ones first, and tell the rest."""
    left = [edge for edge in old.transitions if edge not in new.transitions]
    for edge in new.transitions:
        if edge in old.transitions:
            continue
        twin = next((other for other in left if _ends(other) == _ends(edge)), None)
        if twin is None:
            yield words.put(_ADDED, _EDGE, _whole_edge(words, new, edge))
            continue
        left.remove(twin)
        before, after = ({field: getattr(e, field) for field in _RULES} for e in (twin, edge))
        yield from _fields(words, _edge(words, old, twin), before, after)
    for edge in left:
        yield words.put(_REMOVED, _EDGE, _whole_edge(words, old, edge))


def _whole_edge(words: _Words, workflow: Workflow, edge: Transition) -> str:
    """Return an edge with every rule that it has: it comes or goes as a whole."""
    rules = {field: getattr(edge, field) for field in _RULES[1:] if getattr(edge, field)}
    said = [words.line(words.field(field), words.plain(rule)) for field, rule in rules.items()]
    return "; ".join((_edge(words, workflow, edge), *said))


def _ends(edge: Transition) -> tuple[str, str, str]:
    return edge.trigger, edge.source, edge.dest


def _edge(words: _Words, workflow: Workflow, edge: Transition) -> str:
    source = words.state(edge.source, workflow.states[edge.source])
    dest = words.state(edge.dest, workflow.states[edge.dest])
    roles = words.plain(edge.roles)
    return f"{edge.trigger} {source} -> {dest} [{roles}]"


def _timers(words: _Words, old: Workflow, new: Workflow) -> Iterator[str]:
    before, after = _deadlines(old), _deadlines(new)
    for key, timers in after.items():
        where, deadline = _deadline(words, new, timers)
        if key not in before:
            yield words.put(_ADDED, _TIMER, words.line(where, deadline))
        elif before[key] != timers:
            where, known = _deadline(words, old, before[key])
            yield words.change(words.line(where, words.of(_TIMER)), known, deadline)
    for key, timers in before.items():
        if key not in after:
            yield words.put(_REMOVED, _TIMER, words.line(*_deadline(words, old, timers)))


def _deadlines(workflow: Workflow) -> dict[_Pair, list[Timer]]:
    found: dict[_Pair, list[Timer]] = {}
    for timer in workflow.timers:
        found.setdefault((timer.source, timer.trigger), []).append(timer)
    return found


def _deadline(words: _Words, workflow: Workflow, timers: list[Timer]) -> _Pair:
    """Return what the timers of one state and trigger fire, and when."""
    source = timers[0].source
    said = [
        words.of((f"到 {timer.at}", f"at {timer.at}"))
        if timer.at
        else words.of(("满 ", "after ")) + f"{words.field(timer.after)} ({timer.after})"
        for timer in timers
    ]
    where = f"{timers[0].trigger} {words.state(source, workflow.states[source])}"
    return where, words.comma.join(said)


def _observation(words: _Words, old: Observation | None, new: Observation | None) -> Iterator[str]:
    if old is not None and new is not None:
        asdict = msgspec.structs.asdict
        yield from _fields(words, words.of(_OBSERVATION), asdict(old), asdict(new))
        return
    for verb, seen in ((_ADDED, new), (_REMOVED, old)):
        if seen is not None:
            steps = words.plain(seen.steps)
            yield words.put(verb, _OBSERVATION, f"{seen.start} -> {seen.end} [{steps}]")


def _tables(words: _Words, where: str, old: Any, new: Any) -> Iterator[str]:
    """Walk two bodies side by side, lists by position, down to the values that differ."""
    if _is_value(old) and _is_value(new):
        if (old["value"], old["unit"]) != (new["value"], new["unit"]):
            yield words.change(where, words.amount(old), words.amount(new))
        old, new = (
            {key: part for key, part in value.items() if key not in {"value", "unit"}}
            for value in (old, new)
        )
    before, after = _parts(old), _parts(new)
    if before is None or after is None:
        if old != new:
            yield words.change(where, words.plain(old), words.plain(new))
        return
    for key in dict.fromkeys((*before, *after)):
        what = words.line(where, words.field(key)) if where else words.field(key)
        if key in before and key in after:
            inner = "" if what == _VALUES else what
            yield from _tables(words, inner, before[key], after[key])
        else:
            verb, part = (_ADDED, after[key]) if key in after else (_REMOVED, before[key])
            said = words.amount(part) if _is_value(part) else words.plain(part)
            yield words.line(f"{words.of(verb)} {what}".rstrip(), said)


def _is_value(part: object) -> bool:
    return isinstance(part, Mapping) and "value" in part and isinstance(part.get("unit"), str)


def _parts(part: object) -> dict[str, Any] | None:
    if isinstance(part, Mapping):
        return dict(part)
    if isinstance(part, list | tuple):
        return {str(number): item for number, item in enumerate(part, 1)}
    return None
