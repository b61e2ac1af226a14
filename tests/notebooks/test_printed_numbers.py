"""Numbers in outputs are compared as numbers: what may move, and that nothing else may."""

import os
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import nbformat
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_notebook, new_output

from printed_numbers import Number, differences, tokens, with_stored_texts

ROOT = Path(__file__).resolve().parents[2]


def numbers(line):
    return [token for token in tokens(line) if isinstance(token, Number)]


@pytest.mark.parametrize("line, values", [
    ("accuracy 99.3 %, loss 0.05", ["99.3", "0.05"]),
    ("1,234.5 of 12,345,678", ["1234.5", "12345678"]),
    ("−3 and -3.5 and +2", ["-3", "-3.5", "2"]),
    ("1e-10, 1.3e-05, 2E+3, 6.8·10⁻⁵, 6.8 · 10⁻⁵, 3×10¹⁷", ["1e-10", "1.3e-5", "2e3", "6.8e-5", "6.8e-5", "3e17"]),
    ("[ 1.  0.5 -0. ]", ["1", "0.5", "0"]),
    ("array([[1.,\n", ["1"]),
    ("1.e-05", ["1e-5"]),
    ("(3, 4), x[0, -1]", ["3", "4", "0", "-1"]),
    ("f(x)-1, 3-4, 0.5-0.7, 3 -4", ["1", "3", "4", "0.5", "0.7", "3", "-4"]),
    ("0.5s, 3x, 12kB, .5", ["0.5", "3", "12", "0.5"]),
    ("<td>0.50</td><td style='width:12.5%'>", ["0.50", "12.5"]),
    ("h_0 conv2d h0 x_1.5 W2 #1e5fa0 nan inf", []),
    ("05.1, 2.13.0, 3.11.7, 007", []),
    ("2016-11-05", ["2016", "11"]),
])
def test_which_text_is_a_number(line, values):
    assert [found.value for found in numbers(line)] == [Decimal(value) for value in values]


@pytest.mark.parametrize("line, words", [
    ("5 of them.", ["", "of them."]),
    ("We need 5.", ["We need", "."]),
    ("  05.1   done ", ["05.1 done"]),
    ("h_0:   3", ["h_0:", ""]),
])
def test_what_is_left_are_words(line, words):
    assert list(tokens(line))[::2] == words


SAME = [
    ("loss 0.123", "loss 0.125"), ("loss 0.123", "loss 0.121"), ("1.3e-10", "1.1e-10"), ("99.3 %", "99.5 %"),
    ("1.3e+01", "1.5e+01"), ("2e+03", "4e+03"), ("−0.01", "0.01"), ("-0.00", "0.00"), ("1,234.5", "1,234.7"),
    ("9.99", "10.01"), ("6.8·10⁻⁵", "7.0·10⁻⁵"), ("1.0e-04", "9.9e-05"), ("5.0e+00", "4.8"), ("0.5", "0.49"),
    ("[1. 0.]", "[0.99999999 0.        ]"), ("[ 0.01 1.]", "[-0.01 1.]"), ("1e-16", "3e-16"), ("nan inf", "nan  inf"),
    ("a  9.99 b", "a 10.01 b"), ("a 0.50\n", "a 0.50"),
    ('<img alt="a" src="data:image/png;base64,iVBO+/=">', '<img alt="a" src="data:image/png;base64,AAAA">'),
]
DIFFERENT = [
    # a wrong number
    ("loss 0.123", "loss 0.126"), ("loss 0.123", "loss 0.120"), ("1.3e-10", "1.6e-10"), ("1.3e-10", "1.3e-09"),
    ("99.3 %", "99.6 %"), ("1.3e+01", "1.6e+01"), ("6.8·10⁻⁵", "6.8·10⁻⁴"), ("0.5", "0.47"), ("3 of 4", "3 of 5"),
    ("-3", "3"), ("(3, 4)", "(4, 3)"), ("62 %", "63 %"), ("1,234", "1,235"), ("1.", "2."), ("[1. 0.]", "[2. 0.]"),
    ("3", "3.0"), ("3", "2.99"), ("0.5", "0"), ("We need 5.", "We need 6."), ("05.1", "05.2"), ("2.13.0", "2.13.1"),
    ("2016-11-05", "2016-11-06"), ("h_0 0.5", "h_1 0.5"), ("0.5", "nan"), ("nan", "0.5"), ("inf", "nan"),
    ("-inf", "inf"),
    # a missing number or line, or one too many
    ("0.5 0.6", "0.5"), ("0.5", "0.5 0.6"), ("0.5", ""), ("", "0.5"), ("0.5\n0.6", "0.5"), ("0.5", "0.5\n0.6"),
    ("0.5\n0.6", "0.5 0.6"),
    # a changed word
    ("loss 0.5", "error 0.5"), ("True", "False"), ("a b", "ab"), ("conv2d", "conv3d"), ("x 0.50 y", "x 0.50 z"),
    ('<img alt="a" src="data:image/png;base64,iVBO">', '<img alt="b" src="data:image/png;base64,iVBO">'),
    ("data:audio/wav;base64,AAAA", "data:audio/wav;base64,AAAB"),
]


@pytest.mark.parametrize("expected, got", SAME)
def test_rounding_may_move_the_last_digit_by_two(expected, got):
    assert differences(expected, got) == [] == differences(expected, expected)


@pytest.mark.parametrize("expected, got", DIFFERENT)
def test_a_wrong_number_a_missing_number_and_a_changed_word_fail(expected, got):
    assert differences(expected, got)


@pytest.mark.parametrize("expected, got, tolerances, same", [
    ("loss 2.00", "loss 2.19", {"rtol": 0.1}, True), ("loss 2.00", "loss 2.21", {"rtol": 0.1}, False),
    ("loss 0.001", "loss 0.003", {"rtol": 0.1}, True),  # the two units stay
    ("error 1.3e-10", "error 8.8e-10", {"atol": 1e-9}, True), ("error 1.3e-10", "error 8.8e-09", {"atol": 1e-9}, False),
    ("right 62 %", "right 66 %", {"rtol": 0.1}, True), ("right 62 %", "right 69 %", {"rtol": 0.1}, False),
    ("[1. 3.]", "[1. 3.2]", {"rtol": 0.1}, True), ("3 of 4", "3 of 5", {"rtol": 0.9, "atol": 9}, False),
    ("loss 2.00", "cost 2.00", {"rtol": 0.9}, False), ("loss 2.00", "loss nan", {"rtol": 0.9}, False),
])
def test_a_cell_may_state_more_for_decimals_and_percentages(expected, got, tolerances, same):
    assert (differences(expected, got, **tolerances) == []) is same


@given(st.integers(-10**6, 10**6), st.integers(0, 6), st.integers(-9, 9))
@example(0, 1, -2)
def test_exactly_two_units_of_the_last_digit_are_allowed(units, decimals, moved):
    stored, now = (f"a {Decimal(value).scaleb(-decimals):.{decimals}f} b" for value in (units, units + moved))
    assert (differences(stored, now) == []) is (abs(moved) <= (2 if decimals else 0))


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(["g", ".3e", ".2f", ",.1f", "+.4f", ".17g"]))
def test_a_printed_float_is_read_as_its_value(value, form):
    text = f"{value:{form}}"
    (found,) = numbers(f"x = {text}, y") if len(text) < 300 else [None]
    assert found is None or found.value == Decimal(text.replace(",", "")) and found.text == text


@given(st.text(alphabet="ab_ .,-−+eE·⁻⁵%#()[]0123456789\n\t", max_size=60))
def test_no_text_stops_the_comparison_and_each_agrees_with_itself_and_with_more_blanks(text):
    assert differences(text, text) == []
    assert differences(text, re.sub(r"(?<=[ \t])(?=[ \t])", "  ", text)) == []


def test_a_message_shows_the_line_both_numbers_and_what_is_allowed():
    (message,) = differences("a 1\nloss 0.50 after 3\n", "a 1\nloss 0.53 after 3\n")
    assert message == ("line 2: expected 0.50, got 0.53 (0.03 apart, 0.02 allowed)\n"
                       "    stored: loss 0.50 after 3\n    now:    loss 0.53 after 3")
    assert "expected 3, got 4 (an integer)" in differences("3", "4")[0]
    assert "expected 2 numbers, got 1" in differences("0.5 3", "0.5")[0]
    assert "expected 2 lines, got 1" in differences("a\nb", "a")[0]
    long = "<td>1</td>" * 900 + "<b>0.50</b>" + "<td>1</td>" * 900
    (message,) = differences(long, long.replace("0.50", "0.60"))
    assert "stored:" in message and "<b>0.50</b>" in message and "<b>0.60</b>" in message and len(message) < 500


def test_texts_are_paired_by_kind_and_order_and_the_arguments_stay_as_they_are():
    stored = [new_output("stream", text="loss 0.50\n"), new_output("display_data", {"text/plain": "rises to 0.9"}),
              new_output("display_data", {"text/html": "<b>2.0</b>", "text/plain": "2.0"})]
    now = [new_output("stream", text="loss 0.51\n"), new_output("display_data", {"text/plain": "rises to 0.8"}),
           new_output("display_data", {"text/html": "<b>2.1</b>", "text/plain": "3.0", "image/png": "iVBO"})]
    result, found = with_stored_texts(now, stored)
    assert result[0].text == "loss 0.50\n" and now[0].text == "loss 0.51\n"
    assert result[1].data == {"text/plain": "rises to 0.9"}
    assert result[2].data == {"text/html": "<b>2.0</b>", "text/plain": "3.0", "image/png": "iVBO"}
    assert len(found) == 1 and found[0].startswith("text/plain, line 1: expected 2.0, got 3.0")


# ---------------------------------------------------------------- through nbval and the conftest of the course


SHOW = """from IPython.display import display
display({'text/html': '<b>0.51</b>', 'text/plain': 'rises to %s'}, raw=True)"""


def cell(source, stored, **metadata):
    """A cell in which one output is stored."""
    output = new_output("stream", text=stored + "\n") if isinstance(stored, str) else stored
    return new_code_cell(source, outputs=[output], execution_count=1, metadata=metadata)


def pytest_of_the_course(*arguments, **environment):
    command = [sys.executable, "-m", "pytest", "-q", "--nbval", "-p", "no:cacheprovider", "--color=no", *arguments]
    environment = os.environ | {"PYTEST_ADDOPTS": "", **environment}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)


def test_plain_nbval_compares_numbers_as_numbers_wherever_the_notebook_lies(tmp_path):
    html = new_output("display_data", {"text/html": "<b>0.50</b>", "text/plain": "rises to 0.50"})
    trains = {"seqlearn": {"rtol": 0.1}}
    passing = [
        cell("print('loss  0.52')", "loss 0.50"),
        cell("print('loss 2.2')", "loss 2.0", **trains),
        cell(SHOW % "0.49", html),
        cell("print('3 of 4')", "3 of 4"),
    ]
    failing = [
        cell("print('loss 0.53')", "loss 0.50"),
        cell("print('loss')", "loss 0.50"),
        cell("print('cost 0.50')", "loss 0.50"),
        cell("print('3 of 5')", "3 of 4"),
        cell("print('loss 2.3')", "loss 2.0", **trains),
        cell(SHOW % "0.6", html),
        cell("print('a', 0.5)\n0.5", "a 0.5"),
        cell("pass", "0.5"),
    ]
    nbformat.write(new_notebook(cells=passing + failing), tmp_path / "x.ipynb")
    printed = pytest_of_the_course("-p", "conftest", "--nbval-kernel-name", "python3", str(tmp_path / "x.ipynb")).stdout
    assert re.findall(r"^FAILED \S+::Cell (\d+)", printed, re.MULTILINE) == [str(n) for n in range(4, 12)], printed
    assert "8 failed, 4 passed" in printed
    assert "stdout, line 1: expected 0.50, got 0.53 (0.03 apart, 0.02 allowed)" in printed
    assert "expected 1 number, got 0" in printed and "expected the words 'loss', got 'cost'" in printed
    assert "text/plain, line 1: expected 0.50, got 0.6" in printed


def test_an_nbval_without_the_wrapped_method_is_refused(tmp_path):
    (tmp_path / "other.py").write_text("from nbval.plugin import IPyNbCell\ndel IPyNbCell.compare_outputs\n", "utf-8")
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    done = pytest_of_the_course("-p", "other", "--collect-only", "conftest.py", PYTHONPATH=path)
    assert done.returncode not in (0, 5) and "has to learn its new name" in done.stderr
