"""The settings of a JupyterHub for a class, read as a hub would read them; no hub is needed."""

import os
import re
from pathlib import Path

import pytest
import yaml
from traitlets.config import Config

from classroom.jupyterhub import environment, forked, start

if os.name == "nt":
    pytest.skip("JupyterHub does not run on Windows", allow_module_level=True)

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "classroom" / "jupyterhub"
# What zero_to_jupyterhub.yaml sets, with the chart's own values, fits the chart's schema (4.4.0, commit 48ea50e3).
KEYS_OF_THE_CHART = {
    "hub.config", "proxy.https.enabled", "proxy.https.hosts", "proxy.https.letsencrypt.contactEmail",
    "singleuser.image.name", "singleuser.image.tag", "singleuser.defaultUrl", "singleuser.memory.guarantee",
    "singleuser.memory.limit", "singleuser.cpu.guarantee", "singleuser.cpu.limit", "singleuser.storage.capacity",
    "singleuser.storage.homeMountPath", "cull.enabled", "cull.timeout", "cull.every", "prePuller.hook.enabled",
    "prePuller.continuous.enabled",
}


def read(name: str, **names) -> Config:
    """Run a configuration file as traitlets does; `names` stand in it beside `c`."""
    path, c = FOLDER / name, Config()
    exec(compile(path.read_text(encoding="utf-8"), path, "exec"),
         {"get_config": lambda: c, "__file__": str(path), **names})
    return c


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """A function that reads jupyterhub_config.py for a class whose folder is `tmp_path`."""
    monkeypatch.setenv("SEQLEARN_CLASS", str(tmp_path))
    monkeypatch.setenv("SEQLEARN_CLASS_PASSWORD", "sequence-models")
    monkeypatch.delenv("SEQLEARN_FORK_SERVER", raising=False)
    monkeypatch.setattr(forked, "make_spawner", lambda: "spawner")
    return lambda: read("jupyterhub_config.py", load_subconfig=lambda path: loaded.append(path))


loaded: list[str] = []


@pytest.fixture
def chart():
    return yaml.safe_load((FOLDER / "zero_to_jupyterhub.yaml").read_text(encoding="utf-8"))


def test_every_student_has_a_home_and_the_course_is_shared(hub, tmp_path):
    c = hub()
    assert c.SimpleLocalProcessSpawner.home_dir_template == f"{tmp_path}/homes/{{username}}"
    assert environment.of_a_student().items() <= c.Spawner.environment.items()
    for name, value in c.Spawner.environment.items():
        if name in ("JUPYTER_CONFIG_PATH", "JUPYTER_PATH", "PYTHONPATH"):
            assert all(Path(each).is_dir() for each in value.split(os.pathsep)), name
    # JupyterHub asks with `match`, which a longer name passes as well.
    fits = [name for name in ("anna-2", "anna\n", "../anna", "anna/..", "anna müller", "a" * 300)
            if re.match(c.Authenticator.username_pattern, name)]
    assert fits == ["anna-2"]


def test_a_list_of_names_closes_the_door(hub, tmp_path):
    assert hub().Authenticator.allow_all
    (tmp_path / "students.txt").write_text("anna\nben\n")
    c = hub()
    assert c.Authenticator.allowed_users == {"anna", "ben"} and "allow_all" not in c.Authenticator
    assert c.Authenticator.allow_existing_users is False  # with a list, its default is True


def test_your_own_settings_are_read(hub, tmp_path):
    loaded.clear()
    hub()
    assert not loaded
    (tmp_path / "settings.py").write_text("c.JupyterHub.log_level = 'WARN'\n")
    hub()
    assert loaded == [str(tmp_path / "settings.py")]


def test_a_hub_that_ends_leaves_servers_and_proxy_running(hub):
    c = hub()
    assert c.JupyterHub.cleanup_servers is False and c.ConfigurableHTTPProxy.should_start is False


def test_a_new_proxy_soon_knows_the_servers(hub):
    assert hub().JupyterHub.last_activity_interval <= 30  # when the hub looks at the proxy's routes


def test_the_fork_server_is_named_only_where_there_is_one(hub, monkeypatch):
    assert "SEQLEARN_FORK_SERVER" not in hub().Spawner.environment
    monkeypatch.setenv("SEQLEARN_FORK_SERVER", "/srv/class/fork.sock")
    assert hub().Spawner.environment["SEQLEARN_FORK_SERVER"] == "/srv/class/fork.sock"


def test_a_students_server_makes_the_copies_and_never_overwrites_them(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SEQLEARN_FORK_SERVER", raising=False)
    monkeypatch.setenv("SEQLEARN_WORK", "")
    monkeypatch.delenv("SEQLEARN_WORK")
    c = read("jupyter_server_config.py")
    mine = tmp_path / "work" / "00_start_here.ipynb"
    assert c.ServerApp.root_dir == str(tmp_path) and mine.is_file()
    mine.write_text("mine")
    read("jupyter_server_config.py")
    assert mine.read_text() == "mine"
    assert c.MappingKernelManager.cull_idle_timeout >= 30 * 60 and not c.ServerApp.terminals_enabled


def test_a_home_without_room_stops_no_server(tmp_path, monkeypatch, capsys):
    (tmp_path / "work").write_text("a file")
    monkeypatch.setenv("SEQLEARN_WORK", str(tmp_path))
    assert read("jupyter_server_config.py").ServerApp.root_dir
    assert "cannot be written" in capsys.readouterr().out


def test_the_image_has_the_same_environment_and_versions():
    text = (FOLDER / "Dockerfile").read_text(encoding="utf-8")
    found = dict(re.findall(r"\b([A-Z_]+)=(\S+)", text.split("ENV ")[1].split("\n\n")[0]))
    assert found.pop("PATH").startswith("/srv/course/.venv/bin")
    assert found == environment.of_a_student(Path("/srv/course"))
    pins = set((FOLDER / "requirements.txt").read_text(encoding="utf-8").split())
    assert set(re.findall(r"nbgitpuller==[\d.]+", text)) <= pins
    assert set(re.findall(r"nbgitpuller==[\d.]+", (FOLDER / "littlest.md").read_text(encoding="utf-8"))) <= pins


def test_the_charts_values_use_keys_that_the_chart_has(chart):
    def paths(values, before=""):
        for name, value in values.items():
            path = before + name
            if isinstance(value, dict) and path != "hub.config":
                yield from paths(value, path + ".")
            else:
                yield path

    assert set(paths(chart)) <= KEYS_OF_THE_CHART


def test_all_three_hubs_agree(hub, chart):
    c, little = hub(), read("littlest_config.py")
    url = c.Spawner.default_url
    assert url == chart["singleuser"]["defaultUrl"] == little.Spawner.default_url
    assert (ROOT / "notebooks" / Path(url).name).is_file()
    assert chart["hub"]["config"]["Authenticator"]["username_pattern"] == c.Authenticator.username_pattern
    culler = " ".join(c.JupyterHub.services[0]["command"])
    commands = (FOLDER / "littlest.md").read_text(encoding="utf-8")
    for name, option in (("timeout", "--timeout"), ("every", "--cull-every")):
        seconds = chart["cull"][name]
        assert f"{option}={seconds}" in culler and f"services.cull.{name} {seconds}\n" in commands


def test_the_three_programs_talk_to_each_other(tmp_path, monkeypatch):
    monkeypatch.setattr(start.shutil, "which", lambda name: "/usr/bin/" + name)
    proxy, hub = (" ".join(start.commands(tmp_path, 9000, ["--debug"])[name]) for name in ("proxy", "hub"))
    assert "--api-port=9001" in proxy and "api_url=http://127.0.0.1:9001" in hub
    assert "--default-target=http://127.0.0.1:9002" in proxy and "hub_port=9002" in hub and hub.endswith("--debug")
    monkeypatch.setattr(start.shutil, "which", lambda name: None)
    with pytest.raises(SystemExit, match="npm install"):
        start.commands(tmp_path, 9000, [])


def test_the_proxys_token_is_kept_and_secret(tmp_path):
    token = start.token(tmp_path)
    assert len(token) == 64 and start.token(tmp_path) == token
    assert (tmp_path / "proxy_token").stat().st_mode & 0o077 == 0
