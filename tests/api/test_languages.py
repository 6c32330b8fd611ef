"""Both languages everywhere: which one a caller reads, and that every sentence there is stands in both."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from service.errors import Problem
from service.http.language import preferred
from service.http.problems import answer
from service.http.validation import FALLBACK, SENTENCES
from tests.house import House

HAN = re.compile(r"[\u4e00-\u9fff]")
CITED = re.compile(r"\([^)]*\)|[万亿兆]")  # a Chinese term beside its translation, and what a sentence is about
LETTERS = re.compile(r"[A-Za-z]{2}")
PLACE = re.compile(r"\{(\w*)[^}]*\}")
SERVICE = Path(__file__).parent.parent.parent / "service"
# Calls that hold a sentence in English and Chinese, and at which argument the two begin.
SENTENCE_CALLS = {"Sentence": 0, "invalid": 2, "FieldFlaw": 1}


@pytest.mark.parametrize(
    ("stated", "language"),
    [
        ("", "en"),
        ("en", "en"),
        ("EN-us", "en"),
        ("zh", "zh-CN"),
        ("zh-CN", "zh-CN"),
        ("zh-TW", "zh-CN"),
        ("zh-Hant-HK", "zh-CN"),
        ("zh-Hans", "zh-CN"),
        ("ZH-cn", "zh-CN"),
        ("en, zh", "en"),
        ("zh, en", "zh-CN"),
        ("en;q=0.8, zh;q=0.9", "zh-CN"),
        ("en;q=0.8,zh;q=0.80", "en"),
        ("zh;q=0.001, fr", "zh-CN"),
        ("zh-TW;q=0.3, zh-CN;q=0.9, en;q=0.5", "zh-CN"),
        ("fr, de;q=0.9", "en"),
        ("fr, zh;q=0.1", "zh-CN"),
        ("*", "en"),
        ("*;q=0.5, zh;q=0.4", "en"),
        ("*;q=0.4, zh;q=0.5", "zh-CN"),
        ("en;q=0, *", "zh-CN"),
        ("zh;q=0, *", "en"),
        ("en;q=0.000", "en"),
        ("zh;q=0", "en"),
        ("zh ; q=0.7 , en ; q=0.6", "zh-CN"),
        ("zh;Q=1.000", "zh-CN"),
        ("zh;q=1.5, en;q=0.1", "en"),
        ("zh;q=nan, en;q=0.1", "en"),
        ("zh;q=inf, en;q=0.1", "en"),
        ("zh;q=1e3, en;q=0.1", "en"),
        ("zh;q=-1, en;q=0.1", "en"),
        ("zh;q=٠.٩, en;q=0.1", "en"),
        ("zh;level=1, en;q=0.1", "en"),
        ("zhx, en;q=0.1", "en"),
        ("zh_CN, en;q=0.1", "en"),
        (",,, zh ,,", "zh-CN"),
        ("\x00\xff;;;q=", "en"),
        ("a" * 100_000 + ", zh", "en"),
    ],
)
def test_the_language_is_the_best_that_the_caller_accepts(stated: str, language: str) -> None:
    assert preferred(stated, "en") == language


def test_whoever_states_nothing_reads_the_house_language() -> None:
    assert [preferred(stated, "zh-CN") for stated in ("", "fr", "*", "en")] == ["zh-CN", "zh-CN", "zh-CN", "en"]


def test_every_problem_speaks_both_languages() -> None:
    kinds = list(Problem.catalogue())
    assert len(kinds) > 50
    assert len({kind.code() for kind in kinds}) == len(kinds)
    for kind in kinds:
        title = kind.title()
        assert not HAN.search(title.en), title
        assert HAN.search(title.zh), title
        assert (title.en[-1], title.zh[-1]) == (".", "。"), title


@pytest.mark.parametrize(("language", "chinese"), [("en", False), ("zh-CN", True)])
async def test_every_problem_is_answered_in_the_callers_language(house: House, language: str, chinese: bool) -> None:
    from service.http.context import Context

    context = Context(house.services, "r", language, "GET", "/v1/accounts")
    for kind in Problem.catalogue():
        response = answer(kind(), context)
        told = httpx.Response(200, content=bytes(response.body)).json()
        assert (response.status_code, told["code"]) == (kind.status, kind.code())
        assert bool(HAN.search(told["title"])) == chinese, told
        assert bool(HAN.search(told["detail"])) == chinese, told


def sentences() -> Iterator[tuple[str, str, str]]:
    """Every sentence that the service's source holds: where, English, Chinese."""
    for path in sorted(SERVICE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                first = SENTENCE_CALLS.get(name)
                if first is not None and len(node.args) >= first + 2:
                    en, zh = (text_of(argument) for argument in node.args[first : first + 2])
                    if en is not None and zh is not None:
                        yield f"{path.name}:{node.lineno}", en, zh
    for kind, (en, zh) in {**SENTENCES, "fallback": FALLBACK}.items():
        yield kind, en, zh


def text_of(node: ast.expr) -> str | None:
    """A literal's text, with {} where something is filled in; None for what only running tells."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return None


def test_every_sentence_of_the_source_stands_in_both_languages() -> None:
    found = list(sentences())
    assert len(found) > 150
    wrong = [
        (where, en, zh)
        for where, en, zh in found
        if HAN.search(CITED.sub("", en))
        or (LETTERS.search(PLACE.sub("", en)) and not HAN.search(zh))
        or sorted(PLACE.findall(en)) != sorted(PLACE.findall(zh))
    ]
    assert not wrong, wrong


async def test_answers_say_their_language_and_what_they_depend_on(house: House) -> None:
    admin = await house.person("admin")
    async with house.client(admin, **{"Accept-Language": "zh-TW;q=0.9, en;q=0.1"}) as client:
        refused = await client.get("/v1/accounts?colour=red")
        settings = await client.get("/v1/settings")
        accounts = await client.get("/v1/accounts")
        missing = await client.get("/v1/nothing")
    async with house.client(None, **{"Accept-Language": "fr"}) as client:
        stranger = await client.get("/v1/accounts")
    for said in (refused, settings, missing):
        assert said.headers["Content-Language"] == "zh-CN"
    assert stranger.headers["Content-Language"] == "en"
    assert "Content-Language" not in accounts.headers, "data is in no language"
    for one in (refused, settings, accounts, missing, stranger):
        assert one.headers["Vary"] == "Accept-Language"


async def test_preferences_in_several_lines_are_one_list(house: House) -> None:
    lines = [("Accept-Language", "fr"), ("Accept-Language", "zh;q=0.5"), ("Accept-Language", "en;q=0.4")]
    async with house.client() as client:
        answer_ = await client.get("/v1/accounts", headers=lines)
    assert answer_.headers["Content-Language"] == "zh-CN"
