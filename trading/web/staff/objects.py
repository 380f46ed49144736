"""The page of one object: where it stands, its facts, what can be done, its papers and history."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from trading import desks, papers
from trading.engine.desks import at_desk
from trading.engine.stream import Stream
from trading.papers.reading import Act, acts
from trading.record.entry import DONE
from trading.web import i18n
from trading.web.access import STAFF, opt
from trading.web.filed import filed
from trading.web.shell import Asked, Page, Shell, chosen_language, viewer_of
from trading.web.staff import differing, facets, possible
from trading.web.staff.addresses import address_of, stream_of, visible, works_on
from trading.web.staff.forms import correcting, words
from trading.web.staff.tasks import titled
from trading.words import telling
from trading.words.language import messages, pick, speaking, word

_COURSES = {
    "case": ("drafted", "resolved", "decided", "reviewing", "accepted", "published", "closed"),
    "lot": (
        "listed", "qualifying", "ready", "bidding", "provisional", "confirmed", "publicity",
        "cleared", "awarded", "contracted", "certified",
    ),
}  # fmt: skip
"""The way of most objects, from beginning to end."""
HISTORY_MAX = 200
_TONES = {"done": "good", "proposed": "wait", "refused": "bad"}

_OWN_PAGES = {"panel.open_step": "/staff/steps/{case}"}
"""Acts that have a page of their own: nobody could fill in their plain form."""


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the pages of objects, their documents, and what changed in them."""
    objects = Objects(shell)

    @get("/staff/objects/{kind:str}/{name:str}", sync_to_thread=True, opt=opt(STAFF))
    def show(request: Asked, kind: FromPath[str], name: FromPath[str]) -> Page:
        return objects.show(request, visible(shell, request, stream_of(kind, name)))

    @get("/staff/objects/{kind:str}/{name:str}/documents/{sha256:str}", sync_to_thread=True,
         opt=opt(STAFF))  # fmt: skip
    def document(
        request: Asked, kind: FromPath[str], name: FromPath[str], sha256: FromPath[str]
    ) -> Response[bytes]:
        state = visible(shell, request, stream_of(kind, name))
        return filed(shell, shell.sight(viewer_of(request)), state, sha256)

    @get("/staff/objects/{kind:str}/{name:str}/differences", sync_to_thread=True, opt=opt(STAFF))
    def differences(request: Asked, kind: FromPath[str], name: FromPath[str]) -> Page:
        state = visible(shell, request, stream_of(kind, name))
        with speaking(chosen_language(request)):
            return shell.page(
                request, "staff/differences.html", title=titled(shell.centre, state), kind=kind,
                name=name, tables=differing.tables(shell.centre, state),
            )  # fmt: skip

    return [show, document, differences]


class Objects:
    """Shows the objects of one shell."""

    def __init__(self, shell: Shell) -> None:
        """Look at the centre of ``shell``."""
        self._shell = shell

    def show(self, request: Asked, state: Stream) -> Page:
        """Return the page of ``state``."""
        centre, viewer = self._shell.centre, viewer_of(request)
        kind, name = address_of(state.name)
        with speaking(chosen_language(request)):
            told = telling.tell(centre, state) if kind in telling.PARTS else {}
            doings = possible.possible(centre, state, viewer.person)
            history = [self._act(kind, name, act) for act in acts(centre, state.name)]
            return self._shell.page(
                request, "staff/object.html", title=titled(centre, state), kind=kind, name=name,
                kind_word=words.said("streams", kind), state=state, org=self._org(state.org),
                place=telling.label(centre, state), told=told,
                rows=_rows(told, state), facts=list(facets.facts(state)), why=told.get("why", ()),
                doings=doings, address=_address, course=self._course(state),
                related=self._related(request, state),
                waiting=at_desk(centre.kernel.registry, centre.kernel.catalogue, state),
                asked=desks.asked_of(centre, state.name), history=history[::-1][:HISTORY_MAX],
                files=[doc for act in history for doc in act["docs"]],
                printable=[(p.name, pick(p.title_zh, p.title_en))
                           for p in papers.ready(centre, state.name)
                           if p.public or viewer.roles.intersection(p.roles)],
                differs=kind in {"case", "lot"}, **self._ways(state),
                keyed=list(correcting.keyed(centre, state, viewer.person)),
            )  # fmt: skip

    def _act(self, kind: str, name: str, act: Act) -> dict[str, Any]:
        texts = messages(pick("zh", "en"))
        return {
            "title": self._kind(act.kind), "at_us": act.at_us,
            "actor": act.actor, "role": word("roles", act.role) if act.role else "",
            "outcome": act.outcome, "tone": _TONES.get(act.outcome, "calm"), "code": act.code[:16],
            "reason": str(act.data.get("reason_zh") or act.data.get("opinion_zh") or ""),
            "refused": texts.get(act.refused, act.refused) if act.outcome != DONE else "",
            "docs": [
                {"label": words.said("documents", doc["name"]), "at_us": act.at_us,
                 "href": f"/staff/objects/{kind}/{name}/documents/{doc['sha256']}"}
                for doc in act.docs
            ],
        }  # fmt: skip

    def _kind(self, kind: str) -> str:
        """Return what an act is called; what the clock does is named by its trigger."""
        spec = self._shell.centre.kernel.registry.commands.get(kind)
        return word("triggers", spec.trigger) if spec and spec.clock else words.kind_title(kind)

    def _ways(self, state: Stream) -> dict[str, Any]:
        """Return the case whose file can be taken away, and the one whose steps can be opened."""
        case = _case_of(state)
        panel = self._shell.centre.state(f"panel/{case}") if case else None
        drawn = panel is not None and bool(panel.facets["panel"].seats)
        return {"dossier_of": case, "steps_of": case if drawn else ""}

    def _org(self, org: str) -> str:
        node = self._shell.orgs().nodes.get(org)
        return node.name_zh if node else org

    def _course(self, state: Stream) -> tuple[list[str], int]:
        steps = _COURSES.get(state.kind, ())
        if state.place not in steps:
            return [], 0
        labels = [telling.place_label(self._shell.centre, state.kind, step) for step in steps]
        return labels, steps.index(state.place)

    def _related(self, request: Asked, state: Stream) -> list[tuple[str, str, str]]:
        """Return (kind, name, title) of what belongs to ``state`` and may be looked at."""
        found = []
        for stream in _related(state):
            other = self._shell.centre.state(stream)
            if other is not None and works_on(self._shell, request, other):
                kind, _slash, name = stream.partition("/")
                title = titled(self._shell.centre, other)
                found.append((kind, name, f"{words.said('streams', kind)} {title}"))
        return found


def _case_of(state: Stream) -> str:
    """Return the case that a case, a lot or a panel belongs to, empty for anything else."""
    if state.kind == "lot":
        return str(state.facets["terms"].case)
    return state.name.partition("/")[2] if state.kind in {"case", "panel"} else ""


def _related(state: Stream) -> list[str]:
    name = state.name.partition("/")[2]
    if state.kind == "case":
        case = state.facets["case"]
        lots = [case.lot(name, plan.number) for plan in case.lots]
        return [*lots, *(f"asset/{plan.asset}" for plan in case.lots), f"panel/{name}"]
    if state.kind == "lot":
        terms, award = state.facets["terms"], state.facets.get("award")
        more = [f"asset/{terms.plan.asset}", f"case/{terms.case}", f"panel/{terms.case}"]
        if award is not None and award.certificate:
            more.append(f"certificate/{award.certificate}")
        disputes = state.facets.get("disputes")
        numbers = range(1, disputes.count + 1) if disputes else ()
        return [*more, f"contract/lot-{name}", *(f"objection/{name}-{n}" for n in numbers)]
    if state.kind in {"registration", "deposit", "objection"}:
        lot = name.rpartition("-")[0]
        return [f"lot/{lot}", f"registration/{name}", f"deposit/{name}"]
    if state.kind == "panel":
        return [f"case/{name}"]
    if state.kind == "asset":
        return [f"contract/{one}" for one in getattr(state.facets["asset"], "contracts", ())]
    return []


def _rows(told: dict[str, Any], state: Stream) -> list[tuple[str, str]]:
    """Return what is told of a lot or a case as rows."""
    if state.due_us and "next" in told:
        text = f"{word('triggers', state.due)} {i18n.until(state.due_us)}"
        told = {**told, "next": {**told["next"], "text": text}}
    if "published" in told:
        told = {**told, "published": i18n.moment(state.facets["award"].published_us)}
    skipped = {"acts", "why", "lots", "objections", "title", "state", "org", "lot", "case"}
    return [
        (word("fields", name), value["text"] if isinstance(value, dict) else _short(name, value))
        for name, value in told.items()
        if name not in skipped and not isinstance(value, list)
    ]


def _short(name: str, value: Any) -> str:
    """Return ``value`` as people read it: of a receipt its beginning, as on every page."""
    return str(value)[:16] if name == "receipt" else str(value)


def _address(one: possible.Possible) -> str:
    """Return the address of the form of an act, with what the object gives filled in."""
    if one.kind in _OWN_PAGES:
        return _OWN_PAGES[one.kind].format(**one.prefill)
    return f"/staff/act/{one.kind}?{urlencode(one.prefill)}"
