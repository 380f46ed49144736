"""What a new definition changes is told completely, in both languages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.engine.samples import edge, flow, stall, workflows
from trading.engine import policy
from trading.engine.definitions import Observation, State, Timer, Workflow
from trading.engine.diff import body_differences, differences

replace = msgspec.structs.replace

OLD = flow(
    edge("go", "new", "mid", guards=["not_held_v1"]),
    edge("on", "mid", "done"),
    timers=(Timer("mid", "on", at="opening"),),
)
GO, ON = OLD.transitions
GO_ZH = "go 「名new」(new) -> 「名mid」(mid) [office]"
GO_EN = 'go "Label new" (new) -> "Label mid" (mid) [office]'
MORE = State("多", "More")


@pytest.mark.parametrize(
    ("change", "zh", "en"),
    [
        ({"title_zh": "新流程"}, ["中文标题：流程 -> 新流程"], ["Chinese title: 流程 -> 新流程"]),
        ({"initial": "mid"}, ["起始状态：new -> mid"], ["initial state: new -> mid"]),
        (
            {"final": ("mid",)},
            ["结束状态：新增 mid", "结束状态：删除 done"],
            ["final states: added mid", "final states: removed done"],
        ),
        (
            {"states": {**OLD.states, "more": MORE}},
            ["新增状态：「多」(more)"],
            ['state added: "More" (more)'],
        ),
        (
            {"states": {**OLD.states, "more": replace(MORE, live=True)}},
            ["新增状态：「多」(more); 实时计时"],
            ['state added: "More" (more); live'],
        ),
        (
            {"states": {**OLD.states, "mid": State("中", "Label mid", live=True)}},
            ["「名mid」(mid)：中文名：名mid -> 中", "「名mid」(mid)：实时计时：否 -> 是"],
            [
                '"Label mid" (mid): Chinese label: 名mid -> 中',
                '"Label mid" (mid): live: no -> yes',
            ],
        ),
        (
            {"transitions": (GO, ON, edge("stop", "mid", "done", persons=2, guards=["a_v1"]))},
            ["新增流转：stop 「名mid」(mid) -> 「名done」(done) [office]; 条件：a_v1; 所需人数：2"],
            [
                (
                    'transition added: stop "Label mid" (mid) -> "Label done" (done) [office];'
                    " guards: a_v1; persons: 2"
                )
            ],
        ),
        (
            {"transitions": (GO,)},
            ["删除流转：on 「名mid」(mid) -> 「名done」(done) [office]; 所需人数：1"],
            [
                (
                    'transition removed: on "Label mid" (mid) -> "Label done" (done) [office];'
                    " persons: 1"
                )
            ],
        ),
        (
            {"transitions": (replace(GO, roles=("clerk", "clock")), ON)},
            [f"{GO_ZH}：角色：新增 clerk、clock", f"{GO_ZH}：角色：删除 office"],
            [f"{GO_EN}: roles: added clerk, clock", f"{GO_EN}: roles: removed office"],
        ),
        (
            {"transitions": (replace(GO, guards=("not_held_v1", "has_lead_v1")), ON)},
            [f"{GO_ZH}：条件：新增 has_lead_v1"],
            [f"{GO_EN}: guards: added has_lead_v1"],
        ),
        (
            {"transitions": (replace(GO, guards=(), unless=("not_held_v1",)), ON)},
            [f"{GO_ZH}：条件：删除 not_held_v1", f"{GO_ZH}：排除条件：新增 not_held_v1"],
            [
                f"{GO_EN}: guards: removed not_held_v1",
                f"{GO_EN}: guards that must not hold: added not_held_v1",
            ],
        ),
        (
            {"transitions": (replace(GO, requires=("O2",), waives=("O4",), persons=2), ON)},
            [
                f"{GO_ZH}：须完成的观察步骤：新增 O2",
                f"{GO_ZH}：免除的观察步骤：新增 O4",
                f"{GO_ZH}：所需人数：1 -> 2",
            ],
            [
                f"{GO_EN}: required observation steps: added O2",
                f"{GO_EN}: waived observation steps: added O4",
                f"{GO_EN}: persons: 1 -> 2",
            ],
        ),
        (
            {"timers": (Timer("mid", "on", after="result_publicity_days"),)},
            ["on 「名mid」(mid)：期限：到 opening -> 满 结果公示期 (result_publicity_days)"],
            [
                (
                    'on "Label mid" (mid): deadline: at opening'
                    " -> after how long the result is posted (result_publicity_days)"
                )
            ],
        ),
        (
            {"timers": (*OLD.timers, Timer("mid", "on", at="sale_end"))},
            ["on 「名mid」(mid)：期限：到 opening -> 到 opening、到 sale_end"],
            ['on "Label mid" (mid): deadline: at opening -> at opening, at sale_end'],
        ),
        (
            {"timers": ()},
            ["删除期限：on 「名mid」(mid)：到 opening"],
            ['deadline removed: on "Label mid" (mid): at opening'],
        ),
        (
            {"timers": (*OLD.timers, Timer("new", "go", after="local_days"))},
            ["新增期限：go 「名new」(new)：满 local_days (local_days)"],
            ['deadline added: go "Label new" (new): after local_days (local_days)'],
        ),
        (
            {"observation": Observation("new", "done", ("O2", "O4"))},
            ["新增观察：new -> done [O2、O4]"],
            ["observation added: new -> done [O2, O4]"],
        ),
        ({"transitions": (ON, GO)}, ["仅次序有变"], ["only the order has changed"]),
        ({"version": 2}, [], []),
    ],
    ids=range(19),
)
def test_a_change_is_told(change: dict[str, Any], zh: list[str], en: list[str]) -> None:
    new = replace(OLD, **change)
    assert differences(OLD, new) == differences(OLD, new, "zh") == zh
    assert differences(OLD, new, "en") == en


def test_a_change_of_what_is_observed_is_told() -> None:
    old = replace(OLD, observation=Observation("new", "done", ("O2", "O4")))
    new = replace(OLD, observation=Observation("mid", "done", ("O4", "O5")))
    assert differences(old, new) == ["观察：起点：new -> mid", "观察：步骤：新增 O5",
                                     "观察：步骤：删除 O2"]  # fmt: skip
    assert differences(old, OLD) == ["删除观察：new -> done [O2、O4]"]


def test_another_order_in_a_list_is_told_in_its_place() -> None:
    old = replace(OLD, transitions=(replace(GO, roles=("a", "b")), ON))
    new = replace(OLD, transitions=(replace(GO, roles=("b", "a")), ON))
    assert differences(old, new, "en")[0].endswith("[a, b]: roles: only the order has changed")


def test_twins_are_told_apart_by_their_roles() -> None:
    first = edge("add", "new", "new", roles=["writer"], guards=["founding_v1"])
    second = edge("add", "new", "new", unless=["founding_v1"])
    old = flow(first, second, final=())
    new = flow(first, replace(second, persons=2), final=())
    (line,) = differences(old, new, "en")
    assert line.endswith("[office]: persons: 1 -> 2")


EDGE_CHANGES = st.sampled_from(
    (
        *(("trigger", name) for name in ("open", "go")),
        *(("source", name) for name in ("new", "posted")),
        *(("dest", name) for name in ("done", "failed")),
        *(("roles", names) for names in (("clock",), ("office", "clock"), ("clock", "office"))),
        *(("guards", names) for names in ((), ("has_lead_v1",))),
        *(("unless", names) for names in ((), ("has_lead_v1",))),
        *(("requires", steps) for steps in ((), ("O7",))),
        *(("waives", steps) for steps in ((), ("O9",))),
        *(("persons", persons) for persons in (1, 2)),
    )
)


@given(st.lists(st.tuples(st.integers(0, 5), EDGE_CHANGES), max_size=3), st.permutations(range(6)))
def test_nothing_is_told_only_when_nothing_changed(
    changes: list[tuple[int, tuple[str, Any]]], order: list[int]
) -> None:
    old = stall()
    edges = list(old.transitions)
    for number, (field, value) in changes:
        edges[number] = replace(edges[number], **{field: value})
    new = replace(old, version=4, transitions=tuple(edges[number] for number in order))
    for lang in ("zh", "en"):
        assert bool(differences(old, new, lang)) == (replace(new, version=3) != old)
    assert differences(old, replace(old, version=9)) == []


@settings(max_examples=20)
@given(workflows())
def test_whatever_is_added_one_way_is_removed_the_other(new: Workflow) -> None:
    there, back = differences(stall(), new, "en"), differences(new, stall(), "en")
    assert sum(" added: " in line for line in there) == sum(" removed: " in line for line in back)


def _body(days: object = 3, unit: str = "calendar_day", **more: object) -> dict[str, Any]:
    value = {"value": days, "unit": unit, "source": "法 1", **more}
    return {"id": "local@1", "draft": False, "values": {"result_publicity_days": value}}


@pytest.mark.parametrize(
    ("old", "new", "zh", "en"),
    [
        (_body(), _body(5), "结果公示期：3 天 -> 5 天", "the result is posted: 3 days -> 5 days"),
        (_body(), _body(3, "working_day"), "结果公示期：3 天 -> 3 个工作日", "3 days -> 3 working"),
        (_body(1, "fen"), _body(150, "fen"), "0.01 元 -> 1.50 元", "CNY 0.01 -> CNY 1.50"),
        (_body("1/2", "ratio"), _body("2/3", "ratio"), "：1/2 -> 2/3", ": 1/2 -> 2/3"),
        (_body(True, "flag"), _body(False, "flag"), "：是 -> 否", ": yes -> no"),
        (_body("a", "fen"), _body("b", "fen"), "：a -> b", ": a -> b"),
        (_body(), _body(source="法 2"), "：依据：法 1 -> 法 2", ": source: 法 1 -> 法 2"),
        (_body(), _body(note_zh="试行"), "新增 结果公示期：中文说明：试行", "Chinese note: 试行"),
        (_body(), {**_body(), "draft": True}, "草案：否 -> 是", "draft: no -> yes"),
        ({"x": None}, {"x": "y"}, "x：无 -> y", "x: none -> y"),
        ({"x": ["a", "b"]}, {"x": ["a"]}, "删除 x：2：b", "removed x: 2: b"),
        ({"x": [{"n": 1}]}, {"x": [{"n": 2}]}, "x：1：n：1 -> 2", "x: 1: n: 1 -> 2"),
        ({"x": "a"}, {"x": ["a", "b"]}, "x：a -> a、b", "x: a -> a, b"),
        ({}, {"x": {"b": "c", "a": []}}, "新增 x：a=无、b=c", "added x: a=none, b=c"),
        ({"x": {"a": 1}}, {"x": {"value": 2, "unit": "hour"}}, "新增 x：value：2", "added x: unit"),
    ],
    ids=range(15),
)  # fmt: skip
def test_a_change_of_a_body_is_told(
    old: dict[str, Any], new: dict[str, Any], zh: str, en: str
) -> None:
    assert any(zh in line for line in body_differences(old, new))
    assert any(en in line for line in body_differences(old, new, "en"))


def test_a_value_that_comes_or_goes_is_told_with_its_unit() -> None:
    without = {**_body(), "values": {}}
    assert body_differences(without, _body()) == ["新增 结果公示期：3 天"]
    assert body_differences(_body(), without, "en") == [
        "removed how long the result is posted: 3 days"
    ]
    assert body_differences({"id": "local@1", "draft": False}, without, "en") == [
        "added values: none"
    ]


def test_one_day_is_a_day() -> None:
    assert body_differences(_body(0), _body(1), "en") == [
        "how long the result is posted: 0 days -> 1 day"
    ]


def test_value_and_source_together_are_two_sentences() -> None:
    assert body_differences(_body(3, source="法 1"), _body(5, source="法 2")) == [
        "结果公示期：3 天 -> 5 天",
        "结果公示期：依据：法 1 -> 法 2",
    ]


def test_the_id_is_no_change_but_an_inner_one_is() -> None:
    old, new = {"id": "a@1", "x": {"id": 1}}, {"id": "a@2", "x": {"id": 2}}
    assert body_differences(old, new) == ["x：id：1 -> 2"]


def test_the_shipped_packs_can_be_compared() -> None:
    folder = Path(__file__).parents[3] / "policies" / "packs"
    general, local = (
        policy.load_pack((folder / f"{name}@1.toml").read_text("utf-8")).body
        for name in ("cn-collective", "cn-changsha")
    )
    told = body_differences(general, local)
    assert "草案：否 -> 是" in told
    assert "新增 继承自：cn-collective@1" in told
    assert body_differences(general, general) == []


PLAIN = st.none() | st.booleans() | st.integers() | st.text(max_size=3)
BODIES = st.dictionaries(
    st.sampled_from(("a", "b", "value", "unit", "values")),
    st.recursive(
        PLAIN,
        lambda inner: st.dictionaries(st.sampled_from(("a", "value", "unit")), inner, max_size=3),
        max_leaves=6,
    ),
    max_size=3,
)


@given(BODIES, BODIES)
def test_a_body_is_silent_only_about_itself(old: dict[str, Any], new: dict[str, Any]) -> None:
    assert bool(body_differences(old, new)) == (old != new)
