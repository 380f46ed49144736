"""A refusal or an error in the words of whoever meets it: what, which rule, from which source."""

from __future__ import annotations

from typing import Any

import msgspec

from trading.base.errors import TradingError
from trading.centre import Centre
from trading.store.batch import Receipt
from trading.words.details import in_chinese
from trading.words.language import language, messages, pick
from trading.words.sources import in_words
from trading.words.telling import place_label


def worded(detail: str) -> str:
    """Return ``detail`` in the chosen language."""
    return in_chinese(detail) if language() == "zh" else detail


def explain(error: TradingError, centre: Centre | None = None) -> dict[str, Any]:
    """Return code, message, and for refusals every rule with its field, text and source."""
    texts = messages(language())
    told: dict[str, Any] = {"code": error.code, "message": texts.get(error.code, error.detail)}
    if error.detail != error.code:
        told["detail"] = error.detail
    if error.params.get("field"):
        told["field"] = error.params["field"]
    if error.params.get("rule"):
        told["rule"] = error.params["rule"]
        told["source"] = in_words("decision 25")
    reason = error.params.get("reason")
    if isinstance(reason, str) and reason in texts:
        told["message"] = texts[reason]
    place = error.params.get("place")
    if isinstance(place, str) and place:
        told |= _standing(error, place, centre, told["message"])
    guards = error.params.get("guards")
    if centre is not None and isinstance(guards, tuple):
        known = centre.kernel.registry.guards
        told["rules"] = [
            {
                "rule": name,
                "text": texts.get(name, name),
                "field": known[name].field if name in known else "actor",
                "source": in_words(known[name].source if name in known else "decision 16"),
            }
            for name in guards
        ]
    receipt = error.params.get("receipt")
    if receipt is not None:
        told["receipt"] = msgspec.to_builtins(receipt)
    return told


def _standing(
    error: TradingError, place: str, centre: Centre | None, message: str
) -> dict[str, Any]:
    """Return the state that stands in the way, in words where the definitions are at hand."""
    receipt = error.params.get("receipt")
    if centre is None or not isinstance(receipt, Receipt):
        return {"place": place}
    said = place_label(centre, receipt.stream.partition("/")[0], place)
    now = pick(f"（现在：{said}）", f" (it is now: {said})")
    return {"place": place, "state": said, "message": f"{message}{now}"}
