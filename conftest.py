"""Settings for every test and every notebook that pytest runs, also for plain `pytest --nbval notebooks/`."""

import os

# Kernels inherit this. A stored notebook shows a course nobody has begun; the reader's own progress stays as it is.
os.environ["SEQLEARN_PROGRESS"] = "off"
# Only without it does a kernel show figures in the notebook.
os.environ.pop("MPLBACKEND", None)
