"""Stored results of long runs: every one belongs to a script, was made with the script's settings, and is small.

The scripts are read, not run: their SETTINGS are a literal dict. CONTRIBUTING.md has the rules in words.
"""

import ast
import json
import os
import runpy
import struct
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from seqlearn.course.long_runs import options, store
from seqlearn.course.rerun import constant

ROOT = Path(__file__).resolve().parents[2]
LARGEST = {".json": 100_000, ".safetensors": 1_000_000}  # bytes


def broken_rules(folder: Path, package: Path) -> list[str]:
    """What is wrong in a folder of scripts and results, or with the weights in the package; empty when all is well."""
    scripts = sorted(folder.glob("*.py"))
    results = sorted(path for path in folder.glob("[!.]*") if path.is_file() and path.suffix != ".py")
    weights = sorted(package.rglob("*.safetensors"))
    broken = [problem for script in scripts for problem in script_problems(script)]
    stored = {path: script for path in [*results, *weights] if (script := script_of(path, scripts))}
    broken += [f"{path.name}: no script makes it" for path in [*results, *weights] if path not in stored]
    made = set(stored.values())
    broken += [f"{script.name}: its results are not stored; run it" for script in scripts if script not in made]
    return broken + [problem for path, script in stored.items() for problem in result_problems(path, script)]


def script_of(path: Path, scripts: list[Path]) -> Path | None:
    """The script of the same name; for weights that lie elsewhere, the one script that names the file."""
    for script in scripts:
        if script.stem == path.stem and script.parent == path.parent:
            return script
    naming = [script for script in scripts if script.parent != path.parent and path.name in script.read_text("utf-8")]
    return naming[0] if len(naming) == 1 else None


def names_in(value: object) -> set[str]:
    """All keys of the dicts in what JSON gives."""
    inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return set(value if isinstance(value, dict) else ()).union(*map(names_in, inner))


def settings_of(script: Path) -> dict | None:
    """The script's SETTINGS, as JSON gives them back; None when they are not a literal dict that JSON can hold."""
    for node in ast.parse(script.read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "SETTINGS":
            try:
                settings = ast.literal_eval(node.value)
                same = json.loads(json.dumps(settings)) == settings
            except (ValueError, TypeError):
                return None
            return settings if same and isinstance(settings, dict) and settings else None
    return None


def script_problems(script: Path) -> list[str]:
    tree = ast.parse(script.read_text("utf-8"))
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    problems = []
    if settings_of(script) is None:
        problems.append("SETTINGS must be a dict written out at the top, of what JSON can hold (lists, no tuples)")
    if "run" not in functions or [argument.arg for argument in functions["run"].args.args][:1] != ["settings"]:
        problems.append("it needs a function run(settings)")
    if "main" not in functions:
        problems.append("it needs a function main()")
    minutes = constant(script, "MINUTES", 1)
    if not isinstance(minutes, int | float) or minutes <= 0:
        problems.append("MINUTES must be how long it takes on one processor")
    guards = [node for node in tree.body if isinstance(node, ast.If) and "__name__" in ast.unparse(node.test)]
    if not guards:
        problems.append('main() must be called under if __name__ == "__main__"')
    return [f"{script.name}: {problem}" for problem in problems]


def result_problems(path: Path, script: Path) -> list[str]:
    if path.suffix not in LARGEST:
        return [f"{path.name}: results are stored as {' or '.join(LARGEST)}"]
    problems, size = [], path.stat().st_size
    if size > LARGEST[path.suffix]:
        problems.append(f"{size / 1000:,.0f} kB, at most {LARGEST[path.suffix] / 1000:,.0f} kB")
    try:
        stored = weights_metadata(path) if path.suffix == ".safetensors" else json.loads(path.read_text("utf-8"))
        differing = differences(settings_of(script) or {}, stored["settings"], exact=path.suffix == ".json")
        missing = [key for key in ("results", "versions") if not stored.get(key)] if path.suffix == ".json" else []
    except (ValueError, KeyError, TypeError, AttributeError, struct.error) as error:
        return [f"{path.name}: {problem}" for problem in [*problems, f"cannot be read: {type(error).__name__} {error}"]]
    problems += [f"{key} are missing" for key in missing]
    if path.suffix == ".json":
        unknown = set(constant(script, "TOLERANCE", {})) - names_in(stored) - {"*"}
        problems += [f"TOLERANCE of {script.name} names {name}, which no result has" for name in sorted(unknown)]
    problems += [f"made with other settings than {script.name} has: {text}" for text in differing]
    return [f"{path.name}: {problem}" for problem in problems]


def differences(wanted: dict, stored: dict, exact: bool) -> list[str]:
    """Settings that are not as the script has them. Weights may carry more than the script's settings."""
    if not isinstance(stored, dict):
        raise TypeError("settings are no dict")
    keys = wanted.keys() | (stored.keys() if exact else set())
    as_text = {key: [json.dumps(side.get(key, "absent")) for side in (wanted, stored)] for key in sorted(keys)}
    return [f"{key} is {there}, not {here}" for key, (here, there) in as_text.items() if here != there]


def weights_metadata(path: Path) -> dict:
    """{"settings": …} from the header of a safetensors file: eight bytes say how long it is, then it is JSON."""
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    return {"settings": json.loads(json.loads(content[8 : 8 + length])["__metadata__"]["settings"])}


@pytest.mark.parametrize("script", sorted(path.name for path in (ROOT / "notebooks" / "long_runs").glob("*.py")))
@pytest.mark.parametrize(("argument", "status", "words"), [
    ("--help", 0, "--threads"), ("-h", 0, "--threads"), ("--nonsense", 2, "unrecognized arguments: --nonsense"),
    ("--threads=0", 2, "--threads must be 1 or more, got 0"),
])
def test_a_script_says_what_it_does_and_trains_only_when_it_is_to(monkeypatch, capsys, script, argument, status, words):
    pytest.importorskip("torch")
    path = ROOT / "notebooks" / "long_runs" / script
    monkeypatch.setattr("sys.argv", [str(path), argument])
    monkeypatch.setattr("seqlearn.course.long_runs.store", lambda *_: pytest.fail("it stored something"))
    with pytest.raises(SystemExit) as caught:
        runpy.run_path(str(path), run_name="__main__")
    said = "".join(capsys.readouterr())
    assert caught.value.code == status and words in said
    assert (ast.get_docstring(ast.parse(path.read_text("utf-8"))).splitlines()[0] in said) == (status == 0)


def test_in_a_notebook_the_words_that_started_the_kernel_are_left_alone(monkeypatch):
    pytest.importorskip("torch")
    ipython = pytest.importorskip("IPython")
    monkeypatch.setattr(ipython, "get_ipython", lambda: SimpleNamespace(kernel=object()))
    monkeypatch.setattr("sys.argv", ["ipykernel_launcher.py", "-f", "kernel-1.json"])
    assert vars(options("A script.", seed={"type": int})) == {"threads": 1, "seed": None}
    monkeypatch.setattr(ipython, "get_ipython", lambda: None)
    with pytest.raises(SystemExit):
        options("A script.")


def test_help_on_a_terminal_without_the_signs():
    pytest.importorskip("torch")
    script = ROOT / "notebooks" / "long_runs" / "13_dates.py"
    assert not script.read_text("utf-8").isascii()
    env = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, script, "--help"], env=env, capture_output=True, text=True)
    assert done.returncode == 0 and "written dates ? YYYY-MM-DD" in done.stdout, done.stderr


def test_results_are_written_whole(tmp_path):
    script, results = tmp_path / "08_race.py", {"best": "für"}
    path = store(str(script), SETTINGS, results)
    stored = json.loads(path.read_text("utf-8"))
    assert path == tmp_path / "08_race.json" and stored["settings"] == SETTINGS and stored["results"] == results
    assert set(stored["versions"]) == {"python", "numpy", "torch"}
    whole = path.read_bytes()
    with pytest.raises(TypeError):
        store(str(script), SETTINGS, {"best": object()})
    assert path.read_bytes() == whole and [each.name for each in tmp_path.iterdir()] == [path.name]


def test_stored_results_belong_to_their_scripts():
    broken = broken_rules(ROOT / "notebooks" / "long_runs", ROOT / "seqlearn")
    assert not broken, "\n" + "\n".join(broken)


# ---------------------------------------------------------------- the rules themselves

SETTINGS = {"seeds": [0, 1], "rate": 0.01, "cell": "LSTM"}
SCRIPT = """
SETTINGS = {"seeds": [0, 1], "rate": 0.01, "cell": "LSTM"}  # a comment

def run(settings):
    return {}

def main():
    run(SETTINGS)

if __name__ == "__main__":
    main()
"""


@pytest.fixture
def house(tmp_path):
    """A folder of one script and its results, and a package without weights. house(name, content) writes a file."""
    folder, package = tmp_path / "long_runs", tmp_path / "seqlearn"
    for place in (folder, package / "widgets", folder / "__pycache__"):
        place.mkdir(parents=True)
    (folder / "__pycache__" / "08_race.cpython-311.pyc").write_bytes(b"")

    def write(name, content):
        path = (package if name.startswith("widgets/") else folder) / name
        path.write_text(content, encoding="utf-8") if isinstance(content, str) else path.write_bytes(content)

    write.problems = lambda: broken_rules(folder, package)
    write.folder = folder
    write("08_race.py", SCRIPT)
    write("08_race.json", result())
    return write


def result(**changes):
    return json.dumps({"settings": SETTINGS, "results": {"best": 1}, "versions": {"numpy": "2"}} | changes)


def weights(**settings):
    from safetensors.numpy import save

    return save({}, metadata={"settings": json.dumps(settings)})


def test_a_sound_house_has_no_problems(house):
    assert house.problems() == []
    house("08_race.json", result(settings=dict(reversed(SETTINGS.items()))))  # the order of settings says nothing
    assert house.problems() == []


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (SETTINGS | {"rate": 0.02}, "rate is 0.02, not 0.01"),
        (SETTINGS | {"seeds": [0, 1, 2]}, "seeds is [0, 1, 2], not [0, 1]"),
        (SETTINGS | {"seeds": [0, True]}, "seeds is [0, true], not [0, 1]"),
        (SETTINGS | {"extra": 1}, 'extra is 1, not "absent"'),
        ({"rate": 0.01, "cell": "LSTM"}, 'seeds is "absent", not [0, 1]'),
    ],
)
def test_other_settings_are_found(house, settings, message):
    house("08_race.json", result(settings=settings))
    assert house.problems() == [f"08_race.json: made with other settings than 08_race.py has: {message}"]


def test_a_change_of_the_script_is_found(house):
    house("08_race.py", SCRIPT.replace("0.01", "0.03"))
    assert house.problems() == ["08_race.json: made with other settings than 08_race.py has: rate is 0.01, not 0.03"]


def test_a_tolerance_for_what_no_result_has_is_found(house):
    house("08_race.py", SCRIPT + 'TOLERANCE = {"*": 0.1, "best": 0.2, "worst": None}\n')
    assert house.problems() == ["08_race.json: TOLERANCE of 08_race.py names worst, which no result has"]


@pytest.mark.parametrize("name", ["09_gone.json", "09_gone.safetensors", "09_gone.npz", "widgets/gone.safetensors"])
def test_a_result_without_a_script_is_found(house, name):
    house(name, weights(**SETTINGS) if name.endswith("safetensors") else result())
    assert house.problems() == [f"{Path(name).name}: no script makes it"]


def test_a_script_without_a_result_is_found(house):
    house("08_again.py", SCRIPT)
    assert house.problems() == ["08_again.py: its results are not stored; run it"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("08_race.json", result(results={"x": "1" * 100_000}), "08_race.json: 100 kB, at most 100 kB"),
        ("08_race.safetensors", weights(**SETTINGS, text="1" * 1_200_000), "1,200 kB, at most 1,000 kB"),
        ("08_race.npz", b"", "08_race.npz: results are stored as .json or .safetensors"),
        ("08_race.json", result(results={}), "08_race.json: results are missing"),
        ("08_race.json", json.dumps({"settings": SETTINGS, "results": [1]}), "08_race.json: versions are missing"),
        ("08_race.json", json.dumps({"results": [1]}), "08_race.json: cannot be read: KeyError 'settings'"),
        ("08_race.json", result()[:-5], "08_race.json: cannot be read: JSONDecodeError"),
        ("08_race.json", "[]", "08_race.json: cannot be read: TypeError"),
        ("08_race.json", result(settings=[]), "08_race.json: cannot be read: TypeError settings are no dict"),
        ("08_race.safetensors", b"", "08_race.safetensors: cannot be read: error unpack"),
        ("08_race.safetensors", struct.pack("<Q", 2) + b"{}", "cannot be read: KeyError '__metadata__'"),
    ],
)
def test_a_bad_result_is_found(house, name, content, message):
    house(name, content)
    (problem,) = house.problems()
    assert message in problem


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("SETTINGS = {", "OTHER = {", "SETTINGS must be"),
        ("[0, 1]", "list(range(2))", "SETTINGS must be"),
        ("[0, 1]", "(0, 1)", "SETTINGS must be"),
        ("def run(settings)", "def run()", "it needs a function run(settings)"),
        ("def main()", "def other()", "it needs a function main()"),
        ('if __name__ == "__main__":', "if True:", "main() must be called under"),
        ("def run", "MINUTES = 0\n\ndef run", "MINUTES must be"),
    ],
)
def test_a_bad_script_is_found(house, before, after, message):
    assert before in SCRIPT
    house("08_race.py", SCRIPT.replace(before, after))
    assert any(problem.startswith(f"08_race.py: {message}") for problem in house.problems())


def test_weights_beside_the_script_and_in_the_package(house):
    house("08_race.safetensors", weights(**SETTINGS, characters="abc"))
    house("widgets/racer.safetensors", weights(**SETTINGS))
    assert house.problems() == ["racer.safetensors: no script makes it"]
    house("08_race.py", SCRIPT + 'WEIGHTS = "racer.safetensors"\n')
    assert house.problems() == []
    house("widgets/racer.safetensors", weights(**SETTINGS | {"rate": 1}))
    assert house.problems() == ["racer.safetensors: made with other settings than 08_race.py has: rate is 1, not 0.01"]
    house("08_copy.py", SCRIPT + 'WEIGHTS = "racer.safetensors"\n')
    assert "racer.safetensors: no script makes it" in house.problems(), "two scripts claim it"


def test_what_save_weights_writes_can_be_read(house):
    torch = pytest.importorskip("torch")
    from seqlearn.training.weights import save_weights

    save_weights(torch.nn.Linear(2, 1), house.folder / "08_race.safetensors", **SETTINGS)
    assert house.problems() == []


def test_an_empty_house_is_fine(tmp_path):
    assert broken_rules(tmp_path / "long_runs", tmp_path / "seqlearn") == []
