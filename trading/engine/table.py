"""The independent stepper: a table of rows, read without the library of the live one.

Replay steps with this; a property test holds it equal to ``machine`` on every definition, so an
error of either is found by the other. Source: decision 9.
"""

from __future__ import annotations

from collections.abc import Mapping

from trading.engine.definitions import Transition, Workflow

_Row = tuple[tuple[str, ...], tuple[str, ...], Transition]


class TableStepper:
    """Step a workflow by looking (state, trigger) up."""

    def __init__(self, workflow: Workflow) -> None:
        """Lay out the rows of ``workflow``, which the loader has checked."""
        self._rows: dict[tuple[str, str], tuple[_Row, ...]] = {
            key: tuple((edge.all_guards, edge.unless, edge) for edge in edges)
            for key, edges in workflow.edges.items()
        }

    def step(self, state: str, trigger: str, results: Mapping[str, bool]) -> Transition | None:
        """Return the edge taken from ``state`` by ``trigger``, None when none passes.

        ``results`` holds the result of every guard; one that is missing lets nothing pass. An
        unknown trigger, and a state that the trigger does not leave, give None as well.
        """
        for guards, unless, edge in self._rows.get((state, trigger), ()):
            for guard in guards:
                if results.get(guard) is not True:
                    break
            else:
                for guard in unless:
                    if results.get(guard) is not False:
                        break
                else:
                    return edge
        return None
