"""Explorer of chapter 12: choose one of the seven jobs, change its input, and read the answer symbol by symbol."""

import re
from functools import lru_cache

import ipywidgets
import numpy as np

from seqlearn.data import facts, speech, tones
from seqlearn.data.number_names import ENGLISH_ONES, ENGLISH_TENS, english, german, join
from seqlearn.data.pairs import END, START
from seqlearn.data.trees import is_tree
from seqlearn.plots.job_board import JobBoard
from seqlearn.widgets.explorer import Explorer

EXAMPLES = {
    "recognition": "menisa",
    "synthesis": "sole",
    "translation": "four thousand forty two",
    "speech translation": "the king does not know the fox",
    "dialogue": "– i am anna – hello anna – i like tea – tea is good – who am i ?",
    "questions": "who is in the hall ? mary went to the hall . john went to the hall . mary went to the garden .",
    "parsing": "the old king says that a dog sees the house",
}
SOUNDS = ("recognition", "speech translation")
MOST_STEPS = 60
STORY = r"(who is in the PLACE|where is [a-z]+) \?( PERSON went to the PLACE \.)*".replace(  # what has a right answer
    "PLACE", f"({'|'.join(facts.PLACES)})").replace("PERSON", f"({'|'.join(facts.PEOPLE)})")


class OneModelSevenJobs(Explorer):
    """Type an input for one of the jobs; what is typed for a job that listens is spoken or whistled first."""

    chapter = "12"
    title = "What can it do, and where does it stop?"
    question = (
        "Make the input longer, word by word: where does the answer break first, at its beginning or at its end? Then "
        "try a word that the model has never seen. Which of the seven tells you that it is not sure?"
    )
    picture_class = JobBoard
    on_page = {"noise": (0.0, 0.3, 0.6, 1.0, 2.0), "job": EXAMPLES}

    def make_controls(self) -> dict[str, ipywidgets.Widget]:
        from seqlearn.models.jobs import JOBS

        job = ipywidgets.Dropdown(description="Job", value="recognition",
                                  options=[(f"{n} {JOBS[name].title}", name) for n, name in enumerate(EXAMPLES, 1)])
        text = ipywidgets.Text(value=EXAMPLES["recognition"], description="Input", continuous_update=True,
                               placeholder="type an input", layout=ipywidgets.Layout(width="720px"))
        noise = ipywidgets.FloatSlider(description="Noise", min=0, max=2, step=0.1, value=0.3, readout_format=".1f")

        def change_job(change) -> None:
            text.value = EXAMPLES[change.new]
            noise.disabled = change.new not in SOUNDS  # the others hear nothing

        job.observe(change_job, "value")
        return {"noise": noise, "job": job, "text": text}

    def compute(self, job: str, text: str, noise: float) -> dict:
        return answer_to(job, text, noise)


def answer_to(job: str, text: str, noise: float = 0.3) -> dict:
    """What the stored model of a job answers to a text: the values of `JobBoard.update`."""
    from seqlearn.models.jobs import FEATURES, JOBS

    task, model = _stored(job)
    title = JOBS[job].title.capitalize() + (f", noise {noise:.1f}" if job in SOUNDS else "")
    tokens = tokens_of(job, text)
    heard = sound_of(job, tokens, noise) if job in SOUNDS else None
    if not tokens or (job in SOUNDS and heard is None):
        hint = {"recognition": f"type up to 40 of the letters {tones.LETTERS}", "speech translation":
                "only sentences of the whistled language, such as: the nurse saw the bird"}.get(job, "type an input")
        nothing = np.zeros((0, FEATURES)) if job in SOUNDS else []
        output = np.zeros((0, FEATURES)) if job == "synthesis" else []
        return {"job": title, "source": nothing, "target": output, "known": [], "probabilities": [],
                "verdict": (hint, "muted")}
    if job == "synthesis":
        from seqlearn.models.jobs import answer

        frames = answer(model, task, tokens, most_steps=MOST_STEPS)
        said = tones.listen(tones.filter_bank(tones.play(frames)))
        verdict = (f"heard as {said}", "good" if said == "".join(tokens) else "bad")
        return {"job": title, "source": tokens, "target": frames, "known": _known(task, tokens), "probabilities": [],
                "verdict": verdict}
    source = heard if heard is not None else task.source.encode(tokens)
    rows, probabilities = step_by_step(model, source)
    target = task.target.decode(rows)
    return {"job": title, "source": tokens if heard is None else heard, "target": target,
            "known": _known(task, tokens) if heard is None else [], "probabilities": probabilities,
            "verdict": judged(job, tokens, target)}


def step_by_step(model, source: np.ndarray) -> tuple[list[int], list[float]]:
    """The model's answer to one source, greedily: its rows, END included when it is said, and their probabilities."""
    import torch

    rows, probabilities = [START], []
    with torch.no_grad():
        encoded, state = model.encode(torch.as_tensor(source)[:, None]), None
        while len(rows) <= MOST_STEPS and rows[-1] != END:
            logits, state, _ = model.decoder(torch.tensor([[rows[-1]]]), encoded, state)
            logits[..., [0, START]] = -torch.inf
            share, row = logits[0, 0].softmax(0).max(0)
            rows.append(int(row))
            probabilities.append(float(share))
    return rows[1:], probabilities


def tokens_of(job: str, text: str) -> list[str]:
    """The tokens of what was typed: letters for the two jobs that spell, words for the others."""
    text = text.lower()
    if job in ("recognition", "synthesis"):
        return [letter for letter in text if not letter.isspace()]
    if job == "translation" and re.fullmatch(r"[0-9]+|[0-9]{1,3}([., ][0-9]{3})+", text.strip()):
        digits = re.sub(r"\D", "", text).lstrip("0") or "0"
        return list(english(int(digits))) if len(digits) <= 6 else [digits]
    return re.findall(r"[^\W\d_]+|\d+|[?.,!–-]", text.replace("-", " " if job == "translation" else "–"))


def sound_of(job: str, tokens: list[str], noise: float) -> np.ndarray | None:
    """The frames of what was typed, always with the same noise; None when it cannot be said."""
    rng = np.random.default_rng(1)
    if job == "recognition":
        if not tokens or not set(tokens) <= set(tones.LETTERS) or len(tokens) > 40:
            return None
        sound = tones.spell("".join(tokens), rng, noise=noise)
    else:
        meaning = _meanings().get(tuple(tokens))
        if meaning is None:
            return None
        sound = tones.whistle(speech.whistled(*meaning), rng, noise=noise)
    return tones.filter_bank(sound).astype(np.float32)


def judged(job: str, tokens: list[str], target: list[str]) -> tuple[str, str]:
    """A sentence on the answer, and the role of its colour. Where the right answer is known it decides."""
    wanted = None
    if job == "recognition":
        wanted = tokens
    elif job == "translation":
        number = number_of(tokens)
        wanted = None if number is None else list(german(number))
    elif job == "speech translation":
        wanted = tokens
    elif job == "questions" and re.fullmatch(STORY, " ".join(tokens)):
        wanted = list(facts.answer(tokens))
    elif job == "parsing":
        valid = is_tree(target, tokens)
        return ("a proper tree over these words", "good") if valid else ("no tree over these words", "bad")
    if wanted is None:
        return ("nobody checks this one: judge for yourself", "muted")
    if target == wanted:
        return (f"right: {join(target)}" if job == "translation" else "right", "good")
    right = (join if job in ("translation", "recognition") else " ".join)(wanted)
    return (f"wrong; right is {right}", "bad")


def number_of(tokens: list[str]) -> int | None:
    """The number that English words name, or None when they name none."""
    small = {name: value for value, name in enumerate(ENGLISH_ONES)}
    small |= {name: 20 + 10 * n for n, name in enumerate(ENGLISH_TENS)}
    total = part = 0
    for token in tokens:
        if token in small:
            part += small[token]
        elif token == "hundred":
            part *= 100
        elif token == "thousand":
            total, part = 1000 * part, 0
        else:
            return None
    number = total + part
    return number if number <= 999_999 and list(english(number)) == tokens else None


@lru_cache(maxsize=1)
def _meanings() -> dict[tuple[str, ...], tuple[str, str, str, str]]:
    return {speech.in_english(*meaning): meaning for meaning in speech.meanings()}


def _stored(job: str):
    from seqlearn.models.jobs import stored_jobs

    return stored_jobs()[job]


def _known(task, tokens: list[str]) -> list[bool]:
    return [token in task.source.row for token in tokens]
