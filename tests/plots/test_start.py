"""The map of the course and the key frames of chapter 00."""

from dataclasses import replace

import numpy as np
import pytest

from seqlearn import plots
from seqlearn.course.chapters import CHAPTERS
from seqlearn.plots import start


def texts(figure):
    return [text.get_text() for text in figure.axes[0].texts]


def test_map_shows_every_chapter_and_marks_what_is_coming():
    figure = start.course_map()
    shown = texts(figure)
    assert all(chapter.number in shown for chapter in CHAPTERS)
    assert sum(text.endswith(" min") for text in shown) == sum(chapter.written for chapter in CHAPTERS)


def test_map_follows_the_table():
    everything = tuple(replace(chapter, written=True) for chapter in CHAPTERS)
    figure = start.course_map(everything)
    assert sum(text.endswith(" min") for text in texts(figure)) == 16
    assert "16 of 16" in plots.alternative_text(figure) and "Coming" not in plots.alternative_text(figure)


def test_map_in_words_says_what_needs_what():
    words = plots.alternative_text(start.course_map())
    for chapter in CHAPTERS[1:]:
        assert f"{chapter.number} needs {' and '.join(chapter.needs)}" in words


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_texts_of_the_map_overlap_or_leave_it(theme):
    plots.use_style(theme)
    figure = start.course_map(tuple(replace(chapter, written=True) for chapter in CHAPTERS))
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
