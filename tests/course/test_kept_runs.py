"""A stopped run goes on, and what belongs to other settings is not taken for its own."""

from seqlearn.course.kept_runs import KeptRuns


def test_what_is_finished_is_not_run_again(tmp_path):
    script, calls = str(tmp_path / "17_some.py"), []

    def run():
        calls.append(1)
        return {"error": len(calls)}

    assert KeptRuns(script, {"rate": 1}).get("first", run) == {"error": 1}
    kept = KeptRuns(script, {"rate": 1})
    assert kept.get("first", run) == {"error": 1} and kept.get("second", run) == {"error": 2} and len(calls) == 2
    assert KeptRuns(script, {"rate": 2}).get("first", run) == {"error": 3}, "other settings begin anew"


def test_a_line_cut_short_is_left_out_and_the_end_tidies_up(tmp_path):
    script = str(tmp_path / "17_some.py")
    kept = KeptRuns(script, {})
    kept.get("first", lambda: 1)
    with kept.path.open("a", encoding="utf-8") as file:
        file.write('["second", {"err\n')
    again = KeptRuns(script, {})
    assert again.get("first", lambda: 7) == 1 and again.get("second", lambda: 2) == 2
    again.forget()
    assert not again.path.exists()
