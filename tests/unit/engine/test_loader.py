"""The loader takes what is spelled exactly and names the place of everything else."""

from __future__ import annotations

import pytest

from tests.unit.engine.samples import NAMES, SHIPPED, STALL, edge, names_in, stall
from trading.base.errors import DefinitionError, UnknownName
from trading.engine import loader
from trading.engine.definitions import Observation, State, Timer
from trading.engine.loader import load

HEAD = '[workflow]\nname = "stall"'
OPEN = 'trigger = "open"\nfrom = "new"\nto = "bidding"\nroles = ["clerk"]'
LABEL = 'label_zh = "竞价"'


def test_a_file_becomes_the_model() -> None:
    workflow = stall()
    assert (workflow.id, workflow.stream) == ("stall@3", "lot")
    assert (workflow.title_zh, workflow.title_en) == ("摊位", "Stall")
    assert (workflow.initial, workflow.final) == ("new", ("done", "failed"))
    assert list(workflow.states) == ["new", "bidding", "posted", "done", "failed"]
    assert workflow.states["bidding"] == State("竞价", "Bidding", live=True)
    assert workflow.transitions == (
        edge("open", "new", "bidding", roles=["clerk"], guards=["not_held_v1"]),
        edge("end", "bidding", "posted", roles=["clock"], guards=["has_lead_v1"], requires=["O7"]),
        edge("end", "bidding", "failed", roles=["clock"], unless=["has_lead_v1"]),
        edge("close", "posted", "done", roles=["clock", "office"], waives=["O9"]),
        edge("stop", "bidding", "failed", persons=2),
        edge("stop", "posted", "failed", persons=2),
    )
    assert workflow.timers == (
        Timer("bidding", "end", at="sale_end"),
        Timer("posted", "close", after="result_publicity_days"),
    )
    assert workflow.observation == Observation("bidding", "done", ("O7", "O9"))


def test_timers_and_observation_may_be_absent() -> None:
    text = STALL[: STALL.index("[[timer]]")]
    assert load(text, NAMES).timers == ()
    assert load(text, NAMES).observation is None


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_files_load_and_are_named_after_their_content(name: str) -> None:
    assert load(SHIPPED[name], names_in(SHIPPED[name])).id == name


def test_workflows_are_shipped() -> None:
    assert "lot_ascending@1" in SHIPPED


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        # unknown keys, missing keys, wrong types
        (HEAD, f"{HEAD}\ncolour = 1", "`colour` - at `$.workflow`"),
        (LABEL, f"{LABEL}\ncolour = 1", "`colour` - at `$.states"),
        (OPEN, f"{OPEN}\ncolour = 1", "`colour` - at `$.transition[0]`"),
        (OPEN, f'{OPEN}\nsource = "new"', "`source` - at `$.transition[0]`"),
        ('at = "sale_end"', 'at = "sale_end"\ncolour = 1', "`colour` - at `$.timer[0]`"),
        ("[observation]", "[observation]\ncolour = 1", "`colour` - at `$.observation`"),
        ("[observation]", "[colour]\n[observation]", "unknown field `colour`"),
        ('stream = "lot"\n', "", "`stream` - at `$.workflow`"),
        ('final = ["done", "failed"]\n', "", "`final` - at `$.workflow`"),
        ('label_en = "Posted"\n', "", "`label_en` - at `$.states"),
        ('trigger = "open"\n', "", "`trigger` - at `$.transition[0]`"),
        ('roles = ["clerk"]\n', "", "`roles` - at `$.transition[0]`"),
        ('steps = ["O7", "O9"]', "", "`steps` - at `$.observation`"),
        ("version = 3", 'version = "3"', "at `$.workflow.version`"),
        ("version = 3", "version = 3.0", "at `$.workflow.version`"),
        ("version = 3", "version = true", "at `$.workflow.version`"),
        ("live = true", "live = 1", "at `$.states[...].live`"),
        ("persons = 2", "persons = 2.0", "at `$.transition[4].persons`"),
        ('roles = ["clerk"]', 'roles = "clerk"', "at `$.transition[0].roles`"),
        ('roles = ["clerk"]', 'roles = ["clerk", 1]', "at `$.transition[0].roles[1]`"),
        ('from = "new"', "from = 1", "at `$.transition[0].from`"),
        # versions, labels, lists, deadlines
        ("version = 3", "version = 0", "at `$.workflow.version`"),
        ("version = 3", "version = 10000", "at `$.workflow.version`"),
        ('title_zh = "摊位"', 'title_zh = ""', "at `$.workflow.title_zh`"),
        ('title_en = "Stall"', 'title_en = " Stall"', "at `$.workflow.title_en`"),
        (LABEL, 'label_zh = "竞\\n价"', "at `$.states.bidding.label_zh`"),
        ('label_en = "Bidding"', f'label_en = "{"x" * 65}"', "at `$.states.bidding.label_en`"),
        ('final = ["done", "failed"]', 'final = ["done", "done"]', "at `$.workflow.final`"),
        ('roles = ["clerk"]', 'roles = ["clerk", "clerk"]', "at `$.transition[0].roles`"),
        ('["bidding", "posted"]', '["bidding", "bidding"]', "at `$.transition[4].from`"),
        ('["bidding", "posted"]', "[]", "at `$.transition[4].from`"),
        ('steps = ["O7", "O9"]', 'steps = ["O7", "O7"]', "at `$.observation.steps`"),
        ('at = "sale_end"', "", "at `$.timer[0]`"),
        ('at = "sale_end"', 'at = "sale_end"\nafter = "signing_days"', "at `$.timer[0]`"),
        # names
        (HEAD, '[workflow]\nname = "Stall"', "at `$.workflow.name`"),
        (HEAD, f'[workflow]\nname = "{"a" * 65}"', "at `$.workflow.name`"),
        ('stream = "lot"', 'stream = "lot/x"', "at `$.workflow.stream`"),
        ('initial = "new"', 'initial = "_new"', "at `$.workflow.initial`"),
        ('final = ["done", "failed"]', 'final = ["done", "流标"]', "at `$.workflow.final`"),
        ("[states.posted]", '[states."po.sted"]', "at `$.states.po.sted`"),
        ('trigger = "open"', 'trigger = "open-it"', "at `$.transition[0].trigger`"),
        ('trigger = "open"', 'trigger = "open\\n"', "at `$.transition[0].trigger`"),
        ('from = "new"', 'from = "*"', "at `$.transition[0].from`"),
        ('to = "bidding"', 'to = "="', "at `$.transition[0].to`"),
        ('roles = ["clerk"]', 'roles = ["os.system"]', "at `$.transition[0].roles`"),
        ('["not_held_v1"]', '["evil.module_v1"]', "at `$.transition[0].guards`"),
        ('["not_held_v1"]', '["not_held"]', "at `$.transition[0].guards`"),
        ('["not_held_v1"]', '["not_held_v01"]', "at `$.transition[0].guards`"),
        ('unless = ["has_lead_v1"]', 'unless = ["has.lead_v1"]', "at `$.transition[2].unless`"),
        ('requires = ["O7"]', 'requires = ["o7"]', "at `$.transition[1].requires`"),
        ('waives = ["O9"]', 'waives = ["O0"]', "at `$.transition[3].waives`"),
        ('from = "bidding"\ntrigger = "end"', 'from = "B"\ntrigger = "end"', "`$.timer[0].from`"),
        ('trigger = "close"\nafter', 'trigger = ""\nafter', "at `$.timer[1].trigger`"),
        ('at = "sale_end"', 'at = ""', "at `$.timer[0].at`"),
        ('after = "result_publicity_days"', 'after = "a.b"', "at `$.timer[1].after`"),
        ('from = "bidding"\nto = "done"', 'from = ""\nto = "done"', "at `$.observation.from`"),
        ('to = "done"\nsteps', 'to = "Done"\nsteps', "at `$.observation.to`"),
        ('steps = ["O7", "O9"]', 'steps = ["O7", "O-9"]', "at `$.observation.steps`"),
    ],
)
def test_what_is_misspelled_is_refused_by_its_place(old: str, new: str, where: str) -> None:
    text = STALL.replace(old, new, 1)
    assert text != STALL
    with pytest.raises(DefinitionError) as caught:
        load(text, NAMES)
    assert type(caught.value) is DefinitionError
    assert where in caught.value.detail


@pytest.mark.parametrize(
    "text", ["workflow", STALL + STALL, STALL + 'x = "', "x = " + "[" * 90_000, 'x = "\ud800"']
)
def test_what_is_not_toml_is_refused(text: str) -> None:
    with pytest.raises(DefinitionError):
        load(text, NAMES)


def test_a_file_may_be_as_long_as_the_limit_and_no_longer() -> None:
    remark = "#".ljust(loader.TEXT_MAX - len(STALL), "x")
    assert load(STALL + remark, NAMES) == stall()
    with pytest.raises(DefinitionError, match="at most 100000 characters"):
        load(STALL + remark + "x", NAMES)


def test_the_checks_are_run() -> None:
    with pytest.raises(UnknownName, match="no role 'clerks'"):
        load(STALL.replace('"clerk"', '"clerks"'), NAMES)
