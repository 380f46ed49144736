"""contract: what is in force, what ends soon, what is owed and by how long."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import command, told
from tests.cli.sheets import ASSETS, SHOP, run, sheet
from trading.centre import Centre
from trading.register.queries import comparables
from trading.store.home import Home

HEADER = "contract,asset,tenure,use_zh,price,price_unit,starts_day,ends_day,paid_instalments,paper"
DIGEST = "0" * 64
LINES = (
    f"C1,S1,lease,零售,600,CNY/lot/year,2020-01-01,2049-12-31,30,{DIGEST}",
    f"C2,S2,lease,零售,600,CNY/lot/year,2020-01-01,2049-12-31,1,{DIGEST}",
    f"C3,S3,lease,零售,600,CNY/lot/year,2020-01-01,2020-12-31,1,{DIGEST}",
    f"C4,S4,lease,种植,450,jin_rice/lot/year,2020-01-01,2049-12-31,0,{DIGEST}",
)


@pytest.fixture
def let(data: Path, tmp_path: Path) -> Path:
    """Give a centre with four contracts: paid, in arrears, over, and paid in rice."""
    lines = [SHOP.replace("S1", f"S{n}") for n in (1, 2, 3, 4)]
    run(data, sheet(tmp_path / "assets.csv", *lines, header=ASSETS), kind="assets")
    done = run(data, sheet(tmp_path / "old.csv", *LINES, header=HEADER), kind="contracts")
    assert told(done)["added"] == 4
    return data


@pytest.mark.parametrize(
    ("options", "found"),
    [
        ((), ["paper-c1", "paper-c2", "paper-c3", "paper-c4"]),
        (("--after", "paper-c2"), ["paper-c3", "paper-c4"]),
        (("--limit", "1"), ["paper-c1"]),
        (("--arrears",), ["paper-c2", "paper-c4"]),
        (("--expiring", "12"), ["paper-c3"]),
        (("--held-over",), ["paper-c3"]),
    ],
)
def test_contracts_are_listed(let: Path, options: tuple[str, ...], found: list[str]) -> None:
    rows = told(command("contract", "list", "--data", let, "--json", *options))
    assert [row["contract"] for row in rows] == found


def test_what_is_owed_is_told_in_its_own_measure(let: Path) -> None:
    rows = told(command("contract", "list", "--data", let, "--json", "--arrears"))
    assert [row["owed_fen"] % 45_000 == 0 and row["owed_days"] > 365 for row in rows[1:]] == [True]
    text = command("contract", "list", "--data", let, "--arrears", lang="zh").stdout
    assert "paper-c2  履行中  2049-12-31  欠 " in text
    shown = command("contract", "show", "paper-c4", "--data", let, lang="zh").stdout
    assert "价格: 450.00 斤稻谷/宗·年" in shown
    assert "来源: 纸质合同接管" in shown


def test_a_contract_is_shown_with_what_comes_next(let: Path) -> None:
    found = told(command("contract", "show", "paper-c1", "--data", let, "--json"))
    assert (found["ends_day"], found["owed"], found["next"]) == ("2049-12-31", "", "")
    assert found["next_rung"] == "2049-01-01 00:00:00"
    assert command("contract", "show", "paper-none", "--data", let).exit_code == 1


def test_like_is_found_for_like(let: Path) -> None:
    centre = Centre(Home.open(let))
    like = {"category": "shop", "quantity_unit": "m2", "band": 2, "amount": "fen"}
    with centre.reading.connect() as connection:
        found = [comparables(connection, {**like, **more}) for more in ({}, {"band": 3})]
        (rice,) = comparables(connection, {**like, "amount": "jin_rice"})
    centre.close()
    assert found == [["paper-c1", "paper-c2", "paper-c3"], []]
    assert rice == "paper-c4"
