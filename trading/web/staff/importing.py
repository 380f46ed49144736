"""Sheets in: tried first, then brought in; the refused rows come back as the same sheet."""

from __future__ import annotations

import tempfile
from pathlib import Path, PurePath
from typing import Any

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from trading.base.errors import InvalidInput, NotFound, TradingError
from trading.imports.assets import ASSETS
from trading.imports.contracts import CONTRACTS
from trading.imports.kinds import Kind, Setting
from trading.imports.listings import LISTINGS
from trading.imports.roster import ROSTER
from trading.imports.run import Import, Report
from trading.imports.sheet import Refusals, Sheet
from trading.store.uploads import Uploads
from trading.web.access import Access, opt
from trading.web.i18n import gettext as _
from trading.web.shell import Asked, Page, Shell, chosen_language, form_of, viewer_of
from trading.web.staff.forms.page import packs
from trading.words.explaining import explain
from trading.words.language import language, messages, pick, speaking

KINDS: dict[str, Kind] = {kind.name: kind for kind in (ASSETS, LISTINGS, CONTRACTS, ROSTER)}
MAY = Access(rooms=("staff",), roles=("community_officer", "office"), objects="org")
UPLOAD_BYTES_MAX = 25 * 1024 * 1024
SUFFIXES = {".csv": "text/csv", ".xlsx": (
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)}  # fmt: skip


def routes(shell: Shell) -> list[HTTPRouteHandler]:
    """Return the pages of imports."""
    importing = Importing(shell)

    @get("/staff/import", sync_to_thread=True, opt=opt(MAY))
    def ask(request: Asked) -> Page:
        return importing.page(request, {})

    @post("/staff/import", sync_to_thread=True, opt=opt(MAY), status_code=200,
          request_max_body_size=UPLOAD_BYTES_MAX)  # fmt: skip
    def bring(request: Asked) -> Page:
        with speaking(chosen_language(request)):
            return importing.bring(request)

    @get("/staff/import/returned/{sha256:str}", sync_to_thread=True, opt=opt(MAY))
    def returned(request: Asked, sha256: FromPath[str]) -> Response[bytes]:
        name, content, media_type = importing.uploads.get(viewer_of(request).person, sha256)
        suffix = PurePath(name).suffix
        return Response(content, media_type=media_type, headers={
            "Content-Disposition": f'attachment; filename="refused{suffix}"',
        })  # fmt: skip

    return [ask, bring, returned]


class Importing:
    """Brings the sheets of one shell in."""

    def __init__(self, shell: Shell) -> None:
        """Write to the centre of ``shell``."""
        self._shell = shell
        self.uploads = Uploads(shell.centre.engine, shell.centre.clock)

    def page(
        self, request: Asked, values: dict[str, Any], *, status: int = 200, **more: Any
    ) -> Page:
        """Return the form, with what became of a sheet below it."""
        self._shell.centre.refresh()
        viewer, orgs = viewer_of(request), self._shell.orgs()
        with speaking(chosen_language(request)):
            reached = [(name, node.name_zh) for name, node in sorted(orgs.nodes.items())
                       if viewer.reaches(name, orgs)]  # fmt: skip
            kinds = [(name, _kind_word(name)) for name in KINDS]
            known = packs(self._shell.centre)
        given = {"kind": "assets", "org": "", "pack": "cn-collective", **values}
        base: dict[str, Any] = {"report": None, "errors": {}, "told": None, "live": False,
            "returned": "",
                "sheet": "", "file": ""}  # fmt: skip
        return self._shell.page(
            request, "staff/import.html", status=status, title=pick("表格导入", "Import"),
            orgs=reached, packs=known, kinds=kinds, given=given, **{**base, **more},
            columns={name: kind.columns for name, kind in KINDS.items()},
        )  # fmt: skip

    def bring(self, request: Asked) -> Page:
        """Try a sheet, or bring in the one that was tried."""
        form, person = form_of(request), viewer_of(request).person
        values = {name: str(form.get(name, "")) for name in ("kind", "org", "pack")}
        kind = KINDS.get(values["kind"])
        if kind is None or not viewer_of(request).holds(
            kind.role, values["org"], self._shell.orgs()
        ):
            raise NotFound("no such page")
        file = form.get("sheet")
        try:
            digest = self._kept(person, file) if isinstance(file, UploadFile) and file.filename \
                else str(form.get("kept", ""))  # fmt: skip
            name, content, _media_type = self.uploads.get(person, digest)
            live = form.get("do") == "bring"
            report, back = self._run(request, kind, values, (name, content), live=live)
        except TradingError as error:
            if not isinstance(error, InvalidInput | NotFound):
                raise
            said = self._shell.explain(request, error)
            reason = messages(language()).get(str(error.params.get("reason", "")))
            told = reason or said.get("detail") or said["message"]
            return self.page(request, values, status=error.status, errors={"sheet": told})
        return self.page(
            request, values, report=report, live=live, returned=back, sheet=digest, file=name
        )

    def _kept(self, person: str, file: UploadFile) -> str:
        suffix = PurePath(file.filename).suffix.lower()
        if suffix not in SUFFIXES:
            raise InvalidInput("the file is no XLSX sheet", field="file", reason="sheet_format",
                               rule="sheet_format")  # fmt: skip
        return self.uploads.put(person, file.filename[-120:], file.file.read(), SUFFIXES[suffix])

    def _run(
        self,
        request: Asked,
        kind: Kind,
        values: dict[str, str],
        file: tuple[str, bytes],
        *,
        live: bool,
    ) -> tuple[Report, str]:
        """Return what became of the rows, and the digest of the sheet that comes back."""
        centre, person = self._shell.centre, viewer_of(request).person
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"sheet{PurePath(file[0]).suffix.lower()}"
            path.write_bytes(file[1])
            sheet = Sheet(path)
            setting = Setting(values["org"], values["pack"], Path(folder))
            running = Import(centre, kind, setting, person, dry_run=not live, served=True)
            report = running.run(sheet, self._told, lambda _done, _count: None)
            if not live or not report.refused:
                return report, ""
            back = Refusals(sheet).path
            suffix = path.suffix
            digest = self.uploads.put(
                person, f"refused{suffix}", back.read_bytes(), SUFFIXES[suffix]
            )
        return report, digest

    def _told(self, error: TradingError) -> tuple[str, str]:
        """Return the field and the reason of a refused row."""
        texts, said = messages(language()), explain(error, self._shell.centre)
        rules = said.get("rules", ())
        if rules:
            return rules[0]["field"], pick("；", "; ").join(rule["text"] for rule in rules)
        named = texts.get(f"row_{error.params.get('rule', '')}")
        return said.get("field", ""), named or said["message"]


def _kind_word(name: str) -> str:
    told = {"assets": _("资产台账"), "listings": _("拟交易标的"), "contracts": _("纸质合同"),
            "roster": _("居民代表名册")}  # fmt: skip
    return told[name]
