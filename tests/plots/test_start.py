"""The map of the course and the key frames of chapter 00."""

from dataclasses import replace

import numpy as np
import pytest

from seqlearn import plots
from seqlearn.course.chapters import CHAPTERS, PARTS, Chapter
from seqlearn.plots import start

ALL_WRITTEN = tuple(replace(chapter, written=True) for chapter in CHAPTERS)


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_map_shows_every_chapter_and_marks_what_is_coming():
    figure = start.course_map()
    shown = texts(figure)
    assert all(chapter.number in shown for chapter in CHAPTERS)
    assert sum(text.endswith(" min") for text in shown) == sum(chapter.written for chapter in CHAPTERS)


def longer(count, part):
    """The course with chapters to come, up to `count`; each needs the one before and a far one."""
    course = ALL_WRITTEN
    while len(course) < count:
        last = course[-1].number
        course += (Chapter(f"{int(last) + 1:02d}", "x", f"Chapter to come {last}", "", 60, part, needs=("05", last),
                           written=len(course) % 2 == 0),)
    return course


def test_map_follows_the_table():
    figure = start.course_map(ALL_WRITTEN)
    assert sum(text.endswith(" min") for text in texts(figure)) == len(CHAPTERS)
    words = plots.alternative_text(figure)
    assert f"{len(CHAPTERS)} of {len(CHAPTERS)}" in words
    assert "coming" not in words.casefold() and "coming" not in texts(figure), "where nothing is to come"
    coming = start.course_map((*ALL_WRITTEN[:-1], replace(ALL_WRITTEN[-1], written=False)))
    assert "coming" in texts(coming) and "Coming" in plots.alternative_text(coming)


def test_map_in_words_says_what_needs_what():
    words = plots.alternative_text(start.course_map())
    for chapter in CHAPTERS[1:]:
        assert f"{chapter.number} needs {' and '.join(chapter.needs)}" in words


def test_a_far_need_has_a_sign_and_a_near_one_an_arrow():
    figure = start.course_map((*ALL_WRITTEN[:6], replace(ALL_WRITTEN[6], needs=("05",))))
    assert texts(figure).count("05") == 1
    figure = start.course_map((*ALL_WRITTEN[:6], replace(ALL_WRITTEN[6], needs=("02",))))
    assert texts(figure).count("02") == 2, "chapter 06 stands in the second row"


def test_a_part_that_goes_on_in_the_next_row_is_named_once():
    shown = texts(start.course_map(longer(20, len(PARTS) - 1)))
    assert all(shown.count(part) == 1 for part in PARTS)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("count, new_part", [(len(CHAPTERS), False), (18, False), (20, False), (20, True)])
def test_no_texts_of_the_map_overlap_or_leave_it(monkeypatch, theme, count, new_part):
    plots.use_style(theme)
    if new_part:
        monkeypatch.setattr(start, "PARTS", (*PARTS, "Beyond"))
    figure = start.course_map(longer(count, len(PARTS) - 1 + new_part))
    renderer = figure.canvas.get_renderer()
    boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in figure.axes[0].texts]
    for i, (name, box) in enumerate(boxes):
        assert figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1 and box.y0 >= 0 and box.y1 <= figure.bbox.y1, name
        for other, another in boxes[:i]:
            assert not box.overlaps(another), (name, other)


def test_key_frames_say_what_is_left():
    weights = [0.8, 1.0, 1.1, -0.9]
    states = np.array([w ** np.arange(16) for w in weights])
    words = plots.alternative_text(start.memory_frames(weights, states))
    assert "w = 0.8 leaves 0.11" in words and "w = -0.9 leaves 0.35" in words


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("read, written", [("3 May", "2004"), (" ", ""), ("$?", "1")])
def test_where_the_date_reader_looked_is_drawn_and_told(read, written):
    weights = np.eye(max(len(written), 1), len(read))[:len(written)]
    figure = start.where_it_looked(read, written, weights)
    words = plots.alternative_text(figure)
    assert f"“{read}”" in words and f"“{written}”" in words
    assert len(figure.axes[0].get_xticks()) == len(read)
    figure.canvas.draw()
