"""What went wrong is told to a clerk or an auditor in Chinese, and completely in English."""

from __future__ import annotations

import re

import pytest

from tests.style.layout import PACKAGE, python_files
from tests.style.wording import sentences
from trading.words.details import CATALOGUE, in_chinese
from trading.words.details import sentences as catalogue
from trading.words.language import messages

CHINESE = re.compile(r"[\u4e00-\u9fff]")
SLOT = re.compile(r"\{\d\}")
# Half-width marks beside Chinese, and what is written otherwise on the mainland.
WRONG = re.compile(
    r"[\u4e00-\u9fff][,;!?]|[,;!?][\u4e00-\u9fff]|[\u4e00-\u9fff]\.(?:$|[\u4e00-\u9fff])"
    r"|[錯檔誤沒號碼數據庫簽記錄時間還錢]"
)


FINDERS = {"record", "holdings.py", "reveal.py", "checking.py"}
"""Where findings are made."""


def _said() -> dict[str, str]:
    """Return where each sentence of the program is said."""
    return {
        sentence: str(path.relative_to(PACKAGE))
        for path in python_files("trading")
        for sentence in sentences(
            path.read_text(encoding="utf-8"),
            findings=bool(FINDERS & {*path.relative_to(PACKAGE).parts}),
        )
    }


def test_every_detail_has_its_chinese() -> None:
    told = set().union(*catalogue().values())
    lacking = [f"{path}: {said!r}" for said, path in _said().items() if said not in told]
    assert lacking == [], f"add a line to [program] of {CATALOGUE}"


def test_no_chinese_is_left_of_what_nobody_says() -> None:
    assert catalogue()["program"].keys() - _said().keys() == set()


def test_each_sentence_keeps_its_values() -> None:
    for table in catalogue().values():
        for english, chinese in table.items():
            assert set(SLOT.findall(english)) >= set(SLOT.findall(chinese)), english
            assert CHINESE.search(chinese) or set(chinese) <= set("{}01：；"), english


def test_chinese_is_written_with_chinese_marks() -> None:
    told = [zh for table in catalogue().values() for zh in table.values()]
    wrong = [zh for zh in (*told, *messages("zh").values()) if WRONG.search(zh)]
    assert wrong == []


def test_both_languages_know_the_same_messages() -> None:
    assert messages("zh").keys() == messages("en").keys()
    assert all(CHINESE.search(zh) for zh in messages("zh").values())
    assert not any(CHINESE.search(en) for en in messages("en").values())


def test_a_sentence_without_chinese_is_noticed() -> None:
    source = 'raise SetupError(f"the {a} of {b}" if c else "none")\nself.add("x", 1, "y")\n'
    assert sentences(source) == {"the {0} of {1}", "none"}
    assert sentences(f"detail = 'z'\n{source}", findings=True) >= {"y", "z"}


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("/d/log: the disk is full", "/d/log：磁盘已满"),
        ("Invalid value for '--data': Directory 'x' does not exist.",
         "'--data' 的值不对：没有目录 'x'"),
        ("Expected `str` of length <= 120 - at `$.name_zh`", "$.name_zh：长度不能超过 120"),
        ("bootstrap file: [[grant]] 4 (x): no organisation above has this id",
         "首批人员文件：第 4 个 [[grant]]（x）：前面没有这个组织"),
        ("workflow:a@1 is locked and missing; pack:b@2 is not locked yet",
         "workflow:a@1 已锁定而缺失；pack:b@2 尚未锁定"),
        ("passwd: Expected '=' after a key in a key/value pair (at line 1, column 5)",
         "passwd：名称后面缺少等号（第 1 行第 5 列）"),
        ("what nobody has said before", "what nobody has said before"),
    ],
)  # fmt: skip
def test_values_are_put_into_chinese_too(english: str, chinese: str) -> None:
    assert in_chinese(english) == chinese
