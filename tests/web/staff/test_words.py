"""Every act, question, choice, paper and fact has its words in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from trading.centre import registry
from trading.web import wants
from trading.web.staff.forms import words
from trading.web.staff.forms.shape import Field, shape
from trading.words.language import speaking

HAN = re.compile(r"[一-鿿]")
KINDS = sorted(kind for kind, spec in registry().commands.items() if not spec.clock)


def _walk(fields: tuple[Field, ...]) -> Iterator[Field]:
    for field in fields:
        yield field
        yield from _walk(field.fields)


@pytest.mark.parametrize("kind", KINDS)
def test_every_question_of_an_act_has_its_words(kind: str) -> None:
    spec = registry().commands[kind]
    zh, en = words.catalogue("zh"), words.catalogue("en")
    for lang in ("zh", "en"):
        with speaking(lang):
            told = [words.kind_title(kind)]
            for field in _walk(shape(spec.struct)):
                label = words.label(kind, field.owner, field.name)
                assert label != field.name, (lang, kind, field.name)
                told.append(label)
                for code in field.codes:
                    assert f"{field.name}.{code}" in zh["values"] or code in zh["values"], code
            assert all(bool(HAN.search(text)) == (lang == "zh") for text in told), (kind, told)
    assert {section: table.keys() for section, table in zh.items()} == {
        section: table.keys() for section, table in en.items()
    }


def test_every_guard_of_papers_and_facts_is_known_to_the_forms() -> None:
    guards = registry().guards.values()
    assert {g.name for g in guards if g.field == "docs"} == wants.PAPERS.keys()
    assert {g.name for g in guards if g.field == "facts"} == wants.FACTS.keys()
    papers = {name for names in wants.PAPERS.values() for name in names}
    assert papers <= words.catalogue("zh")["documents"].keys()
    assert set(wants.FACTS.values()) <= words.catalogue("zh")["facts"].keys()


def test_the_words_of_forms_name_no_act_or_field_that_is_gone() -> None:
    zh = words.catalogue("zh")
    fields = {(f.owner, f.name) for k in KINDS for f in _walk(shape(registry().commands[k].struct))}
    names, owners = {name for _owner, name in fields}, {owner for owner, _name in fields}
    kinds = {words.base(kind) for kind in KINDS}
    assert zh["kinds"].keys() == kinds
    for section in ("labels", "hints"):
        for key in zh[section]:
            owner, _dot, name = key.rpartition(".")
            assert name in names, key
            assert not owner or owner in kinds | owners, key
