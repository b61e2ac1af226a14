"""Long runs made again: in which order, on how many processes, after an interruption, and what becomes of the files."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytest.importorskip("torch")

from seqlearn.course import long_runs  # noqa: E402
from seqlearn.course.rerun import chosen, main  # noqa: E402

SCRIPT = '''"""Draws numbers."""

from pathlib import Path

import numpy as np
import torch

from seqlearn.course.long_runs import options, own_folder, pieces, place, processor_seconds, store

SETTINGS = {"seeds": [3, 1, 2], "scale": 1.0}
MINUTES = 0.01
TOLERANCE = {"seconds": None}
HERE = Path(__file__).resolve().parent


def draw(seed, shift):
    """A number of the seed's own, and arrays; the folder learns of every call, and may have one fail."""
    with (HERE / "calls").open("a") as calls:
        calls.write(f"{seed} ")
    if (HERE / f"fail {seed}").exists():
        raise ValueError(f"seed {seed} fails")
    print("said", seed)
    torch.manual_seed(seed)
    return torch.rand(1).item() + shift, {"weights": torch.rand(2), "counts": np.arange(seed)}


def run(settings):
    first = pieces(draw, [(seed, 0.0) for seed in settings["seeds"]], progress=False)
    best = max(number for number, _ in first)  # the second stage needs the first
    second = pieces(draw, [(10 + seed, best) for seed in settings["seeds"]], progress=False)
    return {"numbers": [settings["scale"] * number for number, _ in first + second],
            "weights": [arrays["weights"].tolist() for _, arrays in first + second],
            "counts": [arrays["counts"].tolist() for _, arrays in first + second]}


def main():
    options(__doc__)
    started = processor_seconds()
    results = run(SETTINGS)
    place(HERE / "08_draws.safetensors").write_bytes(WEIGHTS)
    store(__file__, SETTINGS, results | {"seconds": processor_seconds() - started})


WEIGHTS = (8).to_bytes(8, "little") + b"{}      "

if __name__ == "__main__":
    main()
'''
WHOLE = '''"""One training: no pieces."""

from seqlearn.course.long_runs import options, store

SETTINGS = {"seed": 0}
MINUTES = 0.01


def run(settings):
    return {"loss": 0.5}


def main():
    options(__doc__)
    store(__file__, SETTINGS, run(SETTINGS))


if __name__ == "__main__":
    main()
'''


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A course with two long runs of chapter 08 and one of chapter 09, and what they have stored."""
    folder = tmp_path / "notebooks" / "long_runs"
    folder.mkdir(parents=True)
    for name, text in (("08_draws", SCRIPT), ("08_whole", WHOLE), ("09_whole", WHOLE)):
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
        monkeypatch.setattr(sys, "argv", [name])
        names = {"__name__": "__main__", "__file__": str(folder / f"{name}.py")}
        exec(compile(text, name, "exec"), names)
    (folder / "calls").unlink()
    return folder


def calls(folder: Path) -> list[int]:
    """The seeds that were drawn with since the last question."""
    file = folder / "calls"
    seeds = file.read_text("utf-8").split() if file.exists() else []
    file.unlink(missing_ok=True)
    return [int(seed) for seed in seeds]


def new_result(folder: Path, name: str = "08_draws.json") -> dict:
    (path,) = (folder.parents[1] / "_build" / "rerun").rglob(name)
    return json.loads(path.read_text("utf-8"))["results"]


def test_all_is_made_again_beside_what_is_stored(folder, capsys):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert main(["08", "--jobs", "1"], folder) == 0
    assert calls(folder) == [3, 1, 2, 13, 11, 12], "each piece once, in the order of the calls"
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.name != "calls"} == before
    table = capsys.readouterr().out
    (line,) = (line for line in table.splitlines() if line.startswith("08_draws.json "))
    values = 4 + 6 + 12 + 42  # settings, numbers, weights, counts
    assert line.split()[1:5] == [str(values), str(values), "0", "0"] and line.endswith("none")
    assert "08_whole.json" in table and "08_draws.safetensors" in table and "09_whole" not in table


def test_what_is_done_is_not_done_again_unless_it_is_asked_for(folder):
    main(["08", "--jobs", "1"], folder)
    calls(folder)
    assert main(["08_draws", "--jobs", "1"], folder) == 0 and calls(folder) == []
    assert main(["8", "--jobs", "1", "--anew"], folder) == 0 and len(calls(folder)) == 6


def test_a_run_that_was_stopped_goes_on_where_it_was(folder, capsys):
    (folder / "fail 1").touch()
    assert main(["08", "--jobs", "1"], folder) == 1
    printed = capsys.readouterr().out
    assert "stopped: ValueError: seed 1 fails" in printed and "08_whole.json" in printed, "the other script went on"
    assert calls(folder) == [3, 1, 2]
    (failed,) = (folder.parents[1] / "_build").rglob("failed.txt")
    assert "raise ValueError" in failed.read_text("utf-8")
    (folder / "fail 1").unlink()
    assert main(["08", "--jobs", "1"], folder) == 0
    assert calls(folder) == [1, 13, 11, 12]


@pytest.mark.skipif(os.name == "nt", reason="no Ctrl-C for another process there")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_keeps_what_is_done(folder, jobs):
    if jobs == "2":
        pytest.importorskip("joblib", reason="course.py rerun installs it")
    slow = SCRIPT.replace('print("said", seed)', "import time; time.sleep(seed / 3)")
    (folder / "08_draws.py").write_text(slow, encoding="utf-8")
    program = ("import sys; from pathlib import Path; from seqlearn.course.rerun import main\n"
               f"sys.exit(main(['08_draws', '--jobs', {jobs!r}], Path({str(folder)!r})))")
    env = os.environ | {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    with subprocess.Popen([sys.executable, "-c", program], env=env, stderr=subprocess.PIPE, text=True,
                          stdout=subprocess.DEVNULL) as process:
        pieces = folder.parents[1] / "_build"
        limit = time.monotonic() + 120
        while len(list(pieces.rglob("pieces/*.json"))) < 3 and time.monotonic() < limit:
            time.sleep(0.2)
        ignored = signal.getsignal(signal.SIGINT) == signal.SIG_IGN  # as in a shell's background job
        process.send_signal(signal.SIGTERM if ignored else signal.SIGINT)
        said = process.communicate(timeout=60)[1]
    assert said.rstrip().endswith("The same command goes on from here.")
    assert process.returncode == 130
    kept = len(list(pieces.rglob("pieces/*.json")))
    assert kept >= 3 and {3, 1, 2} <= set(calls(folder))
    (folder / "fail 3").touch()  # these three are not to be made again
    (folder / "fail 1").touch()
    assert main(["08_draws", "--jobs", "1"], folder) == 0 and len(calls(folder)) == 6 - kept


def test_a_changed_script_begins_anew_and_so_does_one_that_names_it(folder):
    (folder / "09_whole.py").write_text(WHOLE.replace("no pieces", "08_draws.py"), encoding="utf-8")
    main(["--jobs", "1"], folder)
    calls(folder)
    done = set((folder.parents[1] / "_build").rglob("done"))
    (folder / "08_draws.py").write_text(SCRIPT + "# a word more\n", encoding="utf-8")
    assert main(["--jobs", "1"], folder) == 0 and len(calls(folder)) == 6
    again = set((folder.parents[1] / "_build").rglob("done")) - done
    assert {path.parents[1].name for path in again} == {"08_draws", "09_whole"}


def test_two_processes_find_what_one_finds(folder):
    pytest.importorskip("joblib", reason="course.py rerun installs it")
    assert main(["--jobs", "1"], folder) == 0
    one = new_result(folder)
    assert main(["--jobs", "2", "--anew"], folder) == 0
    assert new_result(folder) | {"seconds": 0} == one | {"seconds": 0}
    assert sorted(calls(folder)) == sorted(2 * [3, 1, 2, 13, 11, 12])


@pytest.mark.dask
def test_a_cluster_of_two_workers_finds_what_this_process_finds(folder, capsys):
    pytest.importorskip("joblib", reason="course.py rerun installs it")
    distributed = pytest.importorskip("distributed", reason="course.py rerun installs it")
    assert main(["08", "--jobs", "1"], folder) == 0
    one = new_result(folder)
    calls(folder)
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        assert main(["08", "--anew", "--dask", cluster.scheduler_address], folder) == 0
    assert new_result(folder) | {"seconds": 0} == one | {"seconds": 0} and len(calls(folder)) == 6
    with distributed.LocalCluster(n_workers=1, threads_per_worker=2, dashboard_address=None) as cluster:
        assert main(["08", "--anew", "--dask", cluster.scheduler_address], folder) == 2
    assert "--nthreads 1" in capsys.readouterr().err


def test_the_stored_files_are_replaced_only_on_demand_and_a_difference_is_told(folder, capsys):
    stored = json.loads((folder / "08_draws.json").read_text("utf-8"))
    stored["results"]["numbers"][0] *= 2
    (folder / "08_draws.json").write_text(json.dumps(stored), encoding="utf-8")
    assert main(["08_draws", "--jobs", "1"], folder) == 1
    (line,) = (line for line in capsys.readouterr().out.splitlines() if line.startswith("08_draws.json "))
    assert line.split()[4] == "1" and line.endswith("50.00% at results/numbers/0")
    assert json.loads((folder / "08_draws.json").read_text("utf-8")) == stored
    main(["08_draws", "--jobs", "1", "--keep"], folder)
    assert main(["08_draws", "--jobs", "1"], folder) == 0


def test_a_file_that_the_script_no_longer_writes_is_missed(folder, capsys):
    (folder / "08_whole.safetensors").write_bytes((folder / "08_draws.safetensors").read_bytes())
    assert main(["08_whole", "--jobs", "1"], folder) == 1
    assert "08_whole.safetensors  the script did not write it" in capsys.readouterr().out


def test_minutes_count_what_other_processes_took(folder):
    main(["08_draws", "--jobs", "1"], folder)
    pieces = [json.loads(path.read_text("utf-8")) for path in (folder.parents[1] / "_build").rglob("pieces/*.json")]
    assert new_result(folder)["seconds"] >= sum(piece["seconds"] for piece in pieces) > 0


def test_an_unknown_chapter_and_no_jobs(folder, capsys):
    assert main(["11"], folder) == 2
    assert "no long run is called 11; the chapters 08, 09 have some, such as 08_draws" in capsys.readouterr().err
    assert main(["08", "--jobs", "0"], folder) == 2
    assert "--jobs must be 1 or more, got 0" in capsys.readouterr().err
    assert [path.stem for path in chosen(["9", "08_whole", "09_whole.py"], folder)] == ["09_whole", "08_whole"]
    assert len(chosen([], folder)) == 3


def test_pieces_take_functions_of_a_script_and_give_back_what_json_gives():
    assert long_runs.pieces(pair, [(1, 2), (3, 4)], progress=False) == [[1, {"2": 2}], [3, {"4": 4}]]
    with pytest.raises(TypeError, match="top level of a script"):
        long_runs.pieces(lambda number: number, [(1,)])
    with pytest.raises(TypeError, match="a result holds"):
        long_runs.pieces(something, [()], progress=False)


def pair(one, other):
    return one, {other: other}


def something():
    return object()


def test_arrays_and_tensors_survive_the_way_to_a_file(tmp_path):
    import numpy as np
    import torch

    from seqlearn.course.replay import from_bytes, to_bytes

    result = {"a": [np.arange(6, dtype=np.int64).reshape(2, 3)[:, ::2], 0.1 + 0.2, float("nan")],
              "w": {"half": torch.rand(3).half(), "empty": torch.zeros(0)}}
    text, arrays = long_runs.pack(result)
    back = long_runs.unpack(text, from_bytes(to_bytes(arrays)))
    assert (back["a"][0] == result["a"][0]).all() and back["a"][0].dtype == np.int64
    assert back["a"][1] == 0.1 + 0.2 and back["a"][2] != back["a"][2]
    assert torch.equal(back["w"]["half"], result["w"]["half"]) and back["w"]["empty"].shape == (0,)


def test_once_reads_once():
    read = []
    known = long_runs.once(lambda settings: read.append(1) or settings["size"])
    assert [known({"size": 1}), known({"size": 1}), known({"size": 2})] == [1, 1, 2] and len(read) == 2
