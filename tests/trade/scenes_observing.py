"""Passing scenes of the draw, of seats that pass on, and of waivers."""

from __future__ import annotations

from dataclasses import replace

from tests.support.acts import (
    CASE,
    LOT,
    MEMBERS,
    ORG,
    PANEL,
    REP,
    SEED,
    Act,
    devices,
    paper,
    staff,
    statement,
)
from tests.support.trade import Places, Scene
from tests.trade.vectors.build import (
    LOT_STREAM,
    PANEL_STREAM,
    Break,
    Vector,
    both,
    stream,
    unstated,
    vector,
)
from trading.base.signature import fingerprint
from trading.base.units import HOUR_US
from trading.demo.devices import public_key
from trading.engine.builtin import CLOCK, Due
from trading.engine.stream import Command
from trading.observing import talk_commands
from trading.observing.commands import CommitSeed, ExcludeMember, ReplaceMember
from trading.observing.draws import commitment_of
from trading.observing.rules import Step
from trading.observing.talk import Question, Talk
from trading.observing.waivers import Waived, WaiveStep
from trading.people.device_commands import AddDevice, RevokeDevice

WAIVERS: tuple[tuple[str, Step], ...] = (
    ("qualified", "O5"),
    ("provisional", "O7"),
    ("cleared", "O9"),
    ("contracted", "O10"),
)


def scenes(places: Places) -> list[Vector]:
    """Return passing vectors for every edge of panel and waiver beside the path."""

    def at(act: Act, *breaks: Break, at_us: int = 0) -> Vector:
        scene = Scene(act, places.states["registered"], at_us or places.now_us("registered"))
        return both(*breaks)(vector(scene))

    commit = staff("panel.commit/1", CommitSeed(CASE, ORG, commitment_of(SEED)), "office")
    exclude = staff("panel.exclude/1", ExcludeMember(CASE, MEMBERS[0], "interest"), "centre_clerk")
    passing = staff("panel.replace/1", ReplaceMember(CASE, PANEL[0], "外出"), "office")
    said = statement("O2", "supervisor-fang")
    stands_in = Act(said.kind, said.data, said.actor, "supervision_member")
    key = fingerprint(public_key(PANEL[0]))
    second = AddDevice(PANEL[0], "ed25519", public_key("the second phone"))
    revoke = Act("person.revoke_device/1", RevokeDevice(PANEL[0], key), PANEL[0], REP)
    return [
        at(commit, stream(PANEL_STREAM, place="committed")),
        at(commit, stream(PANEL_STREAM, place="called")),
        at(exclude, stream(PANEL_STREAM, place="committed")),
        at(passing),
        at(stands_in, at_us=places.now_us("qualified") + 30 * HOUR_US),
        at(devices(PANEL[3])[0]),
        at(Act("person.add_device/1", second, PANEL[0], REP)),
        at(revoke),
        *_talks(places),
        *(_waiver(places, place, step) for place, step in WAIVERS),
    ]


def _talks(places: Places) -> list[Vector]:
    """Return what a panel says beside its statements, and what the centre says to it."""

    def at(kind: str, command: Command, role: str = REP, talk: Talk | None = None) -> Vector:
        act = Act(kind, command, PANEL[2], role) if role == REP else staff(kind, command, role)
        act = replace(act, docs=(paper("remark"),))
        states = places.states["bidding"]
        facets = {**states[PANEL_STREAM].facets, "talk": talk or Talk()}
        scene = Scene(act, states, places.now_us("bidding"))
        return stream(PANEL_STREAM, facets=facets)(vector(scene))

    present = Talk(present={"O2": (PANEL[0],)})
    waits = Talk(asked=1, waiting={"1": Question(PANEL[0], 2**52)})
    operator = "centre_operator"
    answer = talk_commands.AnswerQuestion(CASE, 1, "已更正")
    late = Act("panel.answer_late/1", Due(PANEL_STREAM, 2**52), CLOCK, CLOCK)
    clocked = at("panel.answer/1", answer, operator, waits)
    return [
        at("panel.attend/1", talk_commands.Attend(CASE, "O2")),
        at("panel.remark/1", talk_commands.FileRemark(CASE, "O2")),
        at("panel.ask/1", talk_commands.AskQuestion(CASE, "O2", "为何？")),
        clocked,
        Vector(vector(Scene(late, clocked.states, 2**52)).env, clocked.states, 2**52),
        at("panel.ask_hold/1", talk_commands.AskHold(CASE, "O6", LOT, "断网")),
        at("panel.record_time/1", talk_commands.RecordTime(CASE, "O2", PANEL[0], 60), operator,
           present),
    ]  # fmt: skip


def _waiver(places: Places, place: str, step: Step) -> Vector:
    waive = WaiveStep(LOT, step, "quorum_missed", "代表外出务工")
    scene = Scene(staff("lot.waive/1", waive, "office"), places.states[place], places.now_us(place))
    facets = {**scene.states[LOT_STREAM].facets, "waived": Waived()}
    return both(stream(LOT_STREAM, facets=facets), unstated(step))(vector(scene))
