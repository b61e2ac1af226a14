"""How the pages say where a chapter can be worked in."""

from urllib.parse import parse_qs, urlsplit

import pytest

import launch
from seqlearn.course.chapters import CHAPTERS

FIVE = CHAPTERS[5]


@pytest.fixture(autouse=True)
def no_settings(monkeypatch):
    for name in ("GITHUB_REPOSITORY", "SEQLEARN_HUB"):
        monkeypatch.delenv(name, raising=False)


def links(text):
    return [part.partition(")")[0] for part in text.split("](")[1:]]


def test_without_an_address_there_is_the_command_and_no_link_to_another_place():
    text = launch.ways(FIVE, "", "")
    assert text.startswith("To work in this chapter, with every cell alive: `python3 course.py 05`")
    assert links(text) == links(launch.ways(FIVE, "", "https://hub.example.org")) == ["start.md"]


def test_the_environment_gives_the_address(monkeypatch):
    monkeypatch.setenv("GITHUB_REPOSITORY", "someone/course")
    monkeypatch.setenv("SEQLEARN_HUB", "https://hub.example.org/")
    here, *others = links(launch.ways(FIVE))
    assert here == "start.md"
    binder, colab, hub = map(urlsplit, others)
    assert (binder.netloc, binder.path) == ("mybinder.org", "/v2/gh/someone/course/main")
    assert parse_qs(binder.query)["urlpath"] == [f"lab/tree/notebooks/{FIVE.notebook}"]
    assert (colab.netloc, colab.path) == ("colab.research.google.com",
                                          f"/github/someone/course/blob/main/notebooks/{FIVE.notebook}")
    assert (hub.netloc, hub.path) == ("hub.example.org", "/hub/user-redirect/git-pull")
    assert parse_qs(hub.query) == {"repo": ["https://github.com/someone/course"], "branch": ["main"],
                                   "urlpath": [f"lab/tree/course/notebooks/{FIVE.notebook}"]}
