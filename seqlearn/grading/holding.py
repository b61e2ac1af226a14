"""Solutions held back: in a course that a teacher has handed out, until a date, or until a key is given.

`python3 course.py handout` writes the file `held.json` beside this one; without it every solution opens. This keeps a
solution out of sight, and no secret: a check has to run the reference, so the reference is on the learner's machine.
"""

import datetime
import functools
import hashlib
import json
from pathlib import Path

FILE = Path(__file__).with_name("held.json")
ROUNDS = 100_000


def held_back(key: str | None = None) -> str:
    """Why solutions do not open now, in a sentence; nothing when they do. A right key opens them for good."""
    terms = _terms()
    if not terms:
        return ""
    until, wanted = terms.get("until"), terms.get("key")
    if until and datetime.date.today().isoformat() >= until:
        return ""
    given = key if key is not None else _remembered()
    if wanted and given and digest(given, terms["salt"]) == wanted:
        if key is not None:
            _remember(key)
        return ""
    if wanted and key is not None:
        return "That is not the key. It comes from your teacher; capitals count."
    ways = [f"on {until}"] if until else []
    ways += ["with the key that your teacher gives: `.solution(\"the key\")`"] if wanted else []
    return f"Solutions open {', or '.join(ways)}. Until then `.hint()` helps, and `.check()` explains."


def digest(key: str, salt: str) -> str:
    """What is stored of a key."""
    return hashlib.pbkdf2_hmac("sha256", key.strip().encode(), bytes.fromhex(salt), ROUNDS).hex()


@functools.cache
def _terms() -> dict:
    try:
        return json.loads(FILE.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}


def _remembered() -> str:
    try:
        return FILE.with_name("held.key").read_text(encoding="utf-8")
    except OSError:
        return ""


def _remember(key: str) -> None:
    try:
        FILE.with_name("held.key").write_text(key.strip(), encoding="utf-8")
    except OSError:  # a course that may only be read: the key is asked for again
        pass
