"""The glossary is complete, sorted, bilingual, and findable."""

import re
from collections import Counter

import pytest

from seqlearn.course import glossary
from seqlearn.course.chapters import CHAPTERS
from seqlearn.course.glossary import TERMS, find, sort_key, table

# What the course's plan asks for; the Chinese names are fixed there.
SEEDS = {
    "recurrent neural network": "循环神经网络",
    "backpropagation through time": "基于时间的反向传播",
    "truncated BPTT": "截断的BPTT",
    "exploding gradient": "梯度爆炸",
    "vanishing gradient": "梯度消失",
    "spectral radius": "谱半径",
    "forget gate": "遗忘门",
    "input gate": "输入门",
    "output gate": "输出门",
    "cell state": "单元状态",
    "candidate state": "候选状态",
    "reset gate": "重置门",
    "update gate": "更新门",
    "sequence to sequence": "序列到序列",
    "encoder": "编码器",
    "decoder": "解码器",
    "attention": "注意力机制",
    "self-attention": "自注意力",
    "query": "查询",
    "key": "键",
    "value": "值",
    "directional derivative": "方向导数",
    "perplexity": "困惑度",
    "teacher forcing": "教师强制",
    "beam search": "束搜索",
}


def test_every_seeded_term_is_there_with_its_chinese_name():
    names = {name.casefold(): term.chinese for term in TERMS for name in (term.english, term.also) if name}
    for english, chinese in SEEDS.items():
        assert names.get(english.casefold()) == chinese, english


def test_no_term_stands_twice():
    names = Counter(name.casefold() for term in TERMS for name in (term.english, term.also) if name)
    assert [name for name, count in names.items() if count > 1] == []
    assert [name for name, count in Counter(term.chinese for term in TERMS).items() if count > 1] == []


def test_terms_are_sorted_and_whole():
    assert list(TERMS) == sorted(TERMS, key=sort_key)
    numbers = {entry.number for entry in CHAPTERS}
    for term in TERMS:
        assert re.search(r"[\u4e00-\u9fff]", term.chinese), term
        assert term.chapter in numbers, term
        assert term.meaning[-1] in ".:" or term.meaning.endswith(("h_0.", "V.")), term
        assert len(term.meaning.split()) >= 4 and "\n" not in term.meaning, term


@pytest.mark.parametrize("entry", [entry for entry in CHAPTERS if entry.written], ids=lambda entry: entry.number)
def test_every_chapter_has_terms(entry):
    taught = Counter(term.chapter for term in TERMS)
    assert taught[entry.number] >= 2, f'add a Term(…, "{entry.number}", …) to TERMS in seqlearn/course/glossary.py'


def test_find_reads_both_languages_and_abbreviations():
    assert [term.english for term in find("遗忘")] == ["forget gate"]
    assert [term.english for term in find(" LSTM ")] == ["long short-term memory"]
    assert {"input gate", "gate"} <= {term.english for term in find("Gate")}
    assert find("no such thing") == []


def test_table_keeps_its_columns_and_says_when_nothing_is_found():
    term = glossary.Term("a", "小于", "00", "x < y & z")
    assert '| **a** | <span lang="zh">小于</span> | x &lt; y &amp; z | 00 |' in table([term]).markdown()
    assert "No such term" in table([])._repr_mimebundle_()["text/plain"]
    for row in table().markdown().splitlines():
        assert row.count("|") == 5, row


def test_whole_table_has_a_row_for_every_letter_and_every_term():
    bundle = table()._repr_mimebundle_()
    letters = re.findall(r"^\| \*\*\*(.)\*\*\* \|", bundle["text/markdown"], flags=re.MULTILINE)
    assert letters == sorted({term.english[0].upper() for term in TERMS})
    assert bundle["text/markdown"].count("</span>") == len(TERMS)
    assert str(len(TERMS)) in bundle["text/plain"]


def test_only_a_long_table_is_folded_under_a_line_that_says_what_it_holds():
    short, long = (shown._repr_mimebundle_()["text/markdown"] for shown in (table(find("gate")), table()))
    assert short.startswith("| term |")
    summary, blank, *rows = long.splitlines()
    assert summary == f"<details><summary>{len(TERMS)} terms, {TERMS[0].english} to {TERMS[-1].english}</summary>"
    assert blank == "" and rows[-2:] == ["", "</details>"], "Markdown inside HTML begins and ends with an empty line"
    assert rows[:-2] == table().markdown().splitlines()
