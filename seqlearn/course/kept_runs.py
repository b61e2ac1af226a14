"""A long run that can be stopped: every finished piece is kept beside the script, and the next start goes on from
there.

    kept = KeptRuns(__file__, SETTINGS)
    result = kept.get("LSTM 64, seed 3", lambda: train_one("LSTM", 64, 3))
    kept.forget()                              # at the end, once everything is stored
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any


class KeptRuns:
    """Results by name, in `<script>.kept.tmp` beside the script, one line of JSON each; they belong to one SETTINGS.

    With other settings the file is begun anew. A line cut short by a crash is left out.
    """

    def __init__(self, script: str, settings: dict) -> None:
        self.path, self.settings, self.results = Path(script).resolve().with_suffix(".kept.tmp"), settings, {}
        lines = self.path.read_text("utf-8").splitlines() if self.path.is_file() else []
        for number, line in enumerate(lines):
            try:
                name, result = json.loads(line)
            except ValueError:
                continue
            if number == 0 and result != settings:
                break
            self.results[name] = result
        if not self.results:
            self.path.write_text(json.dumps(["settings", settings]) + "\n", "utf-8")

    def get(self, name: str, run: Callable[[], Any]) -> Any:
        """The result of that name; computed and kept if there is none yet."""
        if name not in self.results:
            self.results[name] = run()
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps([name, self.results[name]]) + "\n")
        return self.results[name]

    def forget(self) -> None:
        """Remove the file."""
        self.path.unlink(missing_ok=True)
