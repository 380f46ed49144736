"""Rows of tables: every cell knows its head, so that a phone reads them one below the other."""

from __future__ import annotations

from trading.web.templates import labelled

ROWS = (
    '<tr class="row"><th scope="row">1</th><td class="code">a &lt; b</td></tr>'
    '<tr><td colspan="2">–</td></tr>'
)


def test_every_cell_knows_its_head_and_nothing_else_changes() -> None:
    found = labelled(ROWS, ("No.", '"What" <b>'))
    assert '<th data-head="No." scope="row">1</th>' in found
    assert '<td data-head="&#34;What&#34; &lt;b&gt;" class="code">a &lt; b</td>' in found
    assert found.endswith('<tr><td colspan="2">–</td></tr>')


def test_a_cell_too_many_has_no_head() -> None:
    assert labelled("<tr><td>1</td><td>2</td></tr>", ("One",)).count("data-head") == 1
