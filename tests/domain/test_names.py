import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypinyin.contrib.mmseg import seg

from service.domain.invalid import InvalidInput
from service.domain.names import (
    SORT_KEY_LENGTH,
    clean_text,
    match_key,
    name_forms,
    normalised_name,
    query_grams,
    query_words,
    without_names,
)
from service.domain.readings import phrases

TEXT = st.text(st.characters(codec="utf-8"), max_size=60)
NAMES = st.text(st.sampled_from("华为技术重庆银行张伟Acme É㈱Ａ 𠮷（）-.&"), min_size=1, max_size=20)


def sort_key_of(name: str) -> str:
    return name_forms(name).sort_key


def found(query: str, name: str) -> bool:
    """The search as the database does it: the grams narrow, the words decide."""
    forms = name_forms(name)
    return set(query_grams(query)) <= set(forms.grams) and all(
        word in forms.match_key or word in forms.initials for word in query_words(query)
    )


def test_text_is_stored_composed_and_trimmed() -> None:
    assert clean_text("  Cafe\u0301\u3000") == "Café"


@pytest.mark.parametrize("text", ["a\x00b", "\ud800", "华\udfff为"])
def test_what_no_database_keeps_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        clean_text(text)
    assert [flaw.code for flaw in refusal.value.errors] == ["not_text"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ＩＢＭ（中国）", "ibm(中国)"),
        ("Straße", "STRASSE"),
        ("Ｃafé", "CAFE\u0301"),
        ("华为\u200b技术", "华为技术"),
        (" 华为　 技术 ", "华为 技术"),
    ],
)
def test_width_case_composition_and_invisible_characters_do_not_tell_names_apart(one: str, other: str) -> None:
    assert match_key(one) == match_key(other)


@given(TEXT)
def test_a_match_key_is_its_own_match_key(text: str) -> None:
    assert match_key(match_key(text)) == match_key(text)


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("华为技术", "hwjs"),
        ("TCL科技", "tclkj"),
        ("重庆银行", "cqyh"),
        ("重量级", "zlj"),
        ("长安汽车", "caqc"),
        ("厦门国贸", "xmgm"),
        ("IBM (中国) 有限公司", "ibmzgyxgs"),
        ("Nestlé 雀巢", "nestleqc"),
        ("Acme Corp.", "acmecorp"),
        ("3M中国", "3mzg"),
        ("***", ""),
    ],
)
def test_initials_are_read_phrase_by_phrase(name: str, initials: str) -> None:
    assert name_forms(name).initials == initials


@pytest.mark.parametrize("query", ["hwjs", "HWJS", "华", "技术", "wj", "ｈｗ", "华为 技术", "js"])
def test_a_company_is_found_by_characters_and_by_initials(query: str) -> None:
    assert found(query, "华为技术有限公司")


@pytest.mark.parametrize("query", ["为华", "hwsj", "华术", "小米"])
def test_a_company_is_not_found_by_what_it_is_not_called(query: str) -> None:
    assert not found(query, "华为技术有限公司")


@given(st.text(st.sampled_from("不一了一百了长安汽车银行行长重庆重量国人中国人民乐山音乐厦门大厦"), max_size=30))
def test_phrases_are_those_that_the_dictionary_s_own_segmenter_finds(text: str) -> None:
    assert list(phrases(text)) == list(seg.cut(text))


def test_accents_are_not_needed_to_find_a_name() -> None:
    assert found("nestle", "Nestlé S.A.")
    assert found("nestlé", "Nestlé S.A.")


@given(NAMES, st.data())
def test_every_piece_of_a_name_finds_it(name: str, data: st.DataObject) -> None:
    key = match_key(name)
    start = data.draw(st.integers(0, len(key)))
    piece = key[start : data.draw(st.integers(start, len(key)))]
    assert found(piece, name)


def test_grams_are_characters_and_neighbours_of_each_word_and_of_the_initials() -> None:
    assert name_forms("华为 A").grams == ["h", "w", "a", "hw", "wa", "华", "为", "华为"]
    assert query_grams("华为 A") == ["a", "华为"]


def test_names_sort_by_pinyin_and_tone_with_latin_names_among_them() -> None:
    shuffled = ["中国银行", "张伟", "Zebra", "Acme", "先正达", "百度", "阿里巴巴", "huawei", "重庆银行", "3M", "西安"]
    ordered = ["3M", "阿里巴巴", "Acme", "百度", "重庆银行", "huawei", "西安", "先正达", "Zebra", "张伟", "中国银行"]
    assert sorted(shuffled, key=sort_key_of) == ordered


def test_the_same_character_stays_together_among_its_homophones() -> None:
    assert sorted(["张一", "章二", "张三", "章一"], key=sort_key_of) == ["张三", "张一", "章二", "章一"]


def test_case_and_width_do_not_decide_the_order() -> None:
    assert sort_key_of("ＡＣＭＥ") == sort_key_of("acme") == sort_key_of("Acme.")


def test_a_sort_key_is_ascii_for_chinese_and_latin_names() -> None:
    assert sort_key_of("华为技术") == "hua2534e wei44e3a ji46280 shu4672f"
    assert sort_key_of("Nestlé 雀巢女士").isascii()


@given(TEXT)
def test_forms_made_at_once_are_those_made_one_by_one(name: str) -> None:
    forms = name_forms(name)
    assert (forms.match_key, forms.normalised) == (match_key(name), normalised_name(name))
    assert len(set(forms.grams)) == len(forms.grams)
    assert all(1 <= len(gram) <= 2 for gram in forms.grams)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("华为技术有限公司", "华为技术"),
        ("华为技术股份有限公司", "华为 技术"),
        ("华为技术有限责任公司", "华为技术（有限公司）"),
        ("西门子（中国）有限公司", "西门子(中国)"),
        ("Acme Inc.", "ACME"),
        ("Acme Co., Ltd.", "Acme"),
        ("Müller GmbH & Co. KG", "müller"),
        ("Enel S.p.A.", "ENEL SPA"),
        ("Novo Nordisk A/S", "Novo Nordisk"),
        ("Société Générale S.A.", "société générale"),
        ("株式会社日立製作所", "日立製作所"),
    ],
)
def test_legal_form_width_case_and_punctuation_do_not_tell_companies_apart(one: str, other: str) -> None:
    assert normalised_name(one) == normalised_name(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("华为技术有限公司上海分公司", "华为技术有限公司"),
        ("华为集团", "华为"),
        ("Limited", "Inc"),
        ("有限公司", "股份有限公司"),
        ("***", "---"),
        ("Inca", "A"),
    ],
)
def test_different_companies_stay_apart(one: str, other: str) -> None:
    assert normalised_name(one) != normalised_name(other)


@given(TEXT.filter(lambda text: match_key(text) != ""))
def test_something_is_always_left_of_a_name(name: str) -> None:
    assert normalised_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "华" * 10_000,
        "一" * 10_000,
        "\ufdfa" * 10_000,
        "a" + "\u0301\u0316" * 5_000,
        "İ" * 10_000,
        "a " * 5_000,
        "".join(map(chr, range(0x4E00, 0x4E00 + 10_000))),
    ],
    ids=["one character", "one phrase", "ligatures", "accents", "folding", "words", "all characters"],
)
def test_ten_thousand_hostile_characters_take_well_under_two_seconds(name: str) -> None:
    started = time.perf_counter()
    forms = name_forms(name)
    assert time.perf_counter() - started < 2
    assert len(forms.sort_key) <= SORT_KEY_LENGTH


@pytest.mark.parametrize(
    ("text", "names", "expected"),
    [
        ("张伟拜访了华为技术。", ["张伟", "华为技术有限公司"], "[…]拜访了[…]。"),
        ("S0012 called ACC-1 twice.", ["S0012", "ACC-1"], "[…] called […] twice."),
        ("S0012", ["S001"], "S0012"),
        ("Li said: likely", ["Li"], "[…] said: likely"),
        ("张三丰与张三", ["张三", "张三丰"], "[…]与[…]"),
        ("王到场", ["王"], "王到场"),
        ("无人", [], "无人"),
    ],
)
def test_names_are_taken_out_of_a_text(text: str, names: list[str], expected: str) -> None:
    assert without_names(text, names) == expected
