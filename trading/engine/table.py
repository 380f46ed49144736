"""The independent interpreter: the same step as the machine, from a plain table."""

from __future__ import annotations

from collections.abc import Mapping

from trading.engine.definitions import Transition, Workflow


class TableStepper:
    """Steps a workflow by looking its edges up."""

    def __init__(self, workflow: Workflow) -> None:
        """Step ``workflow``."""
        self._edges = {
            key: tuple((edge, edge.all_guards, edge.unless) for edge in edges)
            for key, edges in workflow.edges.items()
        }

    def step(self, state: str, trigger: str, results: Mapping[str, bool]) -> Transition | None:
        """Return the edge whose guards all hold, None where none does."""
        for edge, guards, unless in self._edges.get((state, trigger), ()):
            if all(results[guard] is True for guard in guards) and not any(
                results[guard] is True for guard in unless
            ):
                return edge
        return None
