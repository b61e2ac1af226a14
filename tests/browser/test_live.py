"""The explorers that compute in the page: their numbers against Python, and both sides following each other."""

import nbformat
import numpy as np
import pytest

from seqlearn.widgets import live
from seqlearn.widgets.exploding import STARTS, ExplodingGradients, first_inputs, gradient_norms, make_network, train

pytestmark = pytest.mark.browser
SETTINGS = 220
LOAD = """async ([code, cases, data]) => {
    const module = (await import(URL.createObjectURL(new Blob([code], {type: "text/javascript"})))).default;
    return cases.map((values) => (%s)(module, values, data));
}"""


def in_the_page(browser, cls, function, cases, data):
    """What a JavaScript function of the module, values and data gives for each case. Infinity and NaN come as texts."""
    page = browser.context.new_page()
    page.goto("about:blank")
    found = page.evaluate(LOAD % function, [live.module(cls.script), cases, data])
    page.close()
    return found


def as_number(texts):
    return np.array([float(text.replace("Infinity", "inf")) for text in texts])


def distance(ours, theirs):
    """The largest relative difference; equal infinities, zeros and NaN have none."""
    ours, theirs = np.asarray(ours, float), np.asarray(theirs, float)
    with np.errstate(all="ignore"):
        gap = np.abs(ours - theirs) / np.maximum(np.abs(theirs), 1e-300)
    return float(np.where((ours == theirs) | (np.isnan(ours) & np.isnan(theirs)), 0, gap).max())


def random_settings(rng):
    return {"radius": rng.integers(0, 61) / 20, "steps": int(4 * rng.integers(1, 51)), "seed": int(rng.integers(0, 1000)),
            "activation": str(rng.choice(["identity", "tanh", "relu"])), "start": str(rng.choice(STARTS)),
            "clip": float(rng.choice([np.inf, 0.1, 1, 10]))}


def is_determined(values):
    """Whether rounding does not decide: tanh networks of a large radius may be chaotic, and then no two machines agree."""
    if values["activation"] != "tanh":
        return True
    network, readout = make_network(values["radius"], values["activation"], values["start"], values["seed"])
    x, _ = first_inputs(values["steps"], 1, np.random.default_rng(values["seed"]))
    one, other = (gradient_norms(network, nudged, readout) for nudged in (x, x * (1 + 1e-14)))
    return distance(one, other) < 1e-11


def as_json(values):
    return {name: None if value == np.inf else value for name, value in values.items()}


@pytest.fixture(scope="module")
def exploding():
    return ExplodingGradients()


@np.errstate(all="ignore")
def test_exploding_gradients_are_those_of_the_layers_and_so_are_the_words(browser, exploding):
    rng, cases = np.random.default_rng(0), []
    while len(cases) < SETTINGS:
        values = random_settings(rng)
        if is_determined(values):
            cases.append(values)
    assert {(each["activation"], each["start"]) for each in cases} >= {("tanh", "gaussian"), ("relu", "chain")}
    data = {}
    for values in cases:
        data |= exploding.page_data(**values)
    found = in_the_page(browser, ExplodingGradients, """(module, values, data) => {
        values.clip ??= Infinity;
        const result = module.compute(values, data[values.seed]);
        return {norms: result.norms.map(String), weights: String(result.weightNorm), words: module.words(values, result),
                eigenvalues: result.eigenvalues.flat()};
    }""", [as_json(values) for values in cases], data)
    for number, (values, ours) in enumerate(zip(cases, found, strict=True)):
        theirs = exploding.compute(**values)
        assert distance(as_number(ours["norms"]), theirs["norms"]) < 1e-10, values
        assert distance(as_number([ours["weights"]]), [theirs["weight_norm"]]) < 1e-10, values
        assert distance(ours["eigenvalues"], theirs["eigenvalues"].astype(complex).view(float)) < 1e-15, values
        if number % 3 == 0:  # the picture takes its time
            assert ours["words"] == exploding.picture.update(**theirs), values


@np.errstate(all="ignore")
def test_training_is_that_of_the_layers_as_long_as_rounding_does_not_decide(browser, exploding):
    """The same inputs, from NumPy's own generator; each loss, the words, and that the opening run ends at update 1."""
    names = ("radius", "steps", "activation", "start", "clip", "seed")
    cases = [dict(zip(names, each, strict=True)) for each in (
        (1.1, 100, "identity", "gaussian", 1.0, 0), (1.1, 20, "relu", "gaussian", 0.1, 7), (0.9, 40, "tanh", "chain", 1.0, 6),
        (1.0, 24, "identity", "orthogonal", np.inf, 3))]
    data = {}
    for values in cases:
        data |= exploding.page_data(**values)
    found = in_the_page(browser, ExplodingGradients, """(module, values, data) => {
        values.clip ??= Infinity;
        let losses;
        for (losses of module.training(values, values.clip < Infinity ? [Infinity, values.clip] : [Infinity],
            data[values.seed]));
        const words = module.words(values, module.compute(values, data[values.seed]), losses);
        return {losses: losses.map((run) => run.map(String)), words};
    }""", [as_json(values) for values in cases], data)
    for values, ours in zip(cases, found, strict=True):
        theirs = exploding.on_train(**values)["losses"]
        nudged = train(**values | {"radius": values["radius"] * (1 + 1e-15)})
        assert len(ours["losses"]) == len(theirs)
        settled = distance(nudged, theirs[-1]) < 1e-11 if len(nudged) == len(theirs[-1]) else False
        for mine, yours in zip(ours["losses"], theirs, strict=True):
            upto = len(yours) if settled else 2
            assert distance(as_number(mine[:upto]), yours[:upto]) < 1e-10, values
        if settled:
            assert ours["words"] == exploding.picture.update(**exploding.compute(**values), losses=theirs)
    assert len(found[0]["losses"][0]) == 2 and not np.isfinite(as_number(found[0]["losses"][0])[-1])


SOURCES = {
    "ExplodingGradients": ["from seqlearn.widgets.exploding import ExplodingGradients as Live\nexplorer = Live()\nexplorer",
                           "explorer.set(radius=0.9, start='chain', seed=4)",
                           "print({**explorer.values, 'text': explorer.text, 'clicks': explorer._live.values['train']})",
                           "explorer.controls['train'].click()"],
}


@pytest.fixture
def shown(browser, request):
    """A notebook whose first cell shows the explorer; the others stand below it."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(each) for each in SOURCES[request.param]])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, browser.lab.folder / "live.ipynb")
    opened = browser.open("live.ipynb")
    opened.requests = []
    opened.page.on("request", lambda request: opened.requests.append(request.url))
    opened.run_cell(0)
    opened.page.locator(".seqlearn-live .caption").wait_for()
    opened.wait_for(SETTLED, None, "the picture is drawn")
    return opened


SETTLED = "() => document.querySelector('.seqlearn-live .caption').textContent.length > 30"
SAYS = "(words) => document.querySelector('.seqlearn-live .caption').textContent === words"
OUTPUT = """() => window.jupyterapp.shell.currentWidget.content.model.toJSON().cells[2].outputs[0].text"""


def kernel_says(opened):
    opened.run_cell(2)
    text = opened.page.evaluate(OUTPUT)
    return eval("".join(text), {"inf": np.inf})


@pytest.mark.parametrize("shown", ["ExplodingGradients"], indirect=True)
def test_page_and_kernel_follow_each_other_and_it_is_quiet_while_dragging(browser, shown, exploding):
    page, root = shown.page, shown.page.locator(".seqlearn-live")
    assert root.locator(".caption").inner_text() == exploding.text

    knob = root.get_by_role("slider", name="spectral radius, the circle")
    place = knob.bounding_box()
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(8):
        page.mouse.move(x + 2 * step, y - 2 * step)
        page.wait_for_timeout(20)
    page.wait_for_timeout(700)  # longer than words wait that are not held back
    assert root.get_by_role("status").last.inner_text() == "", "quiet while something is held"
    page.mouse.up()
    words = root.locator(".caption").inner_text()
    shown.wait_for("(words) => document.querySelector('.seqlearn-live > [role=status]').textContent === words", words,
                   "the words are spoken after the drag")
    assert words != exploding.text
    said = kernel_says(shown)
    assert said["text"] == words and 1.3 < said["radius"] < 3 and said["radius"] == pytest.approx(round(said["radius"], 2))

    shown.run_cell(1)
    exploding.set(radius=0.9, start="chain", seed=4)
    shown.wait_for(SAYS, exploding.text, "the page follows the kernel")
    assert root.get_by_label("seed", exact=True).input_value() == "4"

    for label, name, key in (("length T", "steps", "ArrowLeft"), ("activation", "activation", "ArrowDown"),
                             ("initialisation", "start", "ArrowUp"), ("clipping at", "clip", "ArrowDown"),
                             ("spectral radius and length", "steps", "ArrowUp")):
        before = page.evaluate("() => ({...document.querySelector('.seqlearn-live').explorer.frame.places})")
        root.get_by_label(label, exact=True).focus(timeout=5000)
        page.keyboard.press(key)
        after = page.evaluate("() => ({...document.querySelector('.seqlearn-live').explorer.frame.places})")
        assert {each for each in after if after[each] != before[each]} == {name}, label
    page.wait_for_timeout(300)
    said = kernel_says(shown)
    assert (said["activation"], said["start"], said["steps"], said["clip"]) == ("tanh", "identity", 100, 0.1)
    root.get_by_role("button", name="Train", exact=True).focus()
    page.keyboard.press("Enter")
    shown.wait_for("() => document.querySelector('.seqlearn-live .caption').textContent.includes('Training, loss')", None,
                   "the training comes to its end")
    said = kernel_says(shown)
    assert said["clicks"] == 1 and said["text"] == root.locator(".caption").inner_text()
    assert "clipped at 0.1: from" in said["text"]

    root.get_by_role("button", name="Predict first").click()
    assert root.locator(".flow").first.is_hidden() and "hidden" in root.locator(".caption").inner_text()
    root.get_by_role("slider", name="you expect at step 0").focus()
    page.keyboard.press("ArrowDown")
    root.get_by_role("button", name="See").click()
    assert root.locator(".verdict").inner_text().startswith("You said 0.32 at step 0, and it is ")
    root.get_by_role("button", name="Keep this curve").click()
    shown.wait_for("() => document.querySelectorAll('.seqlearn-live path.ghost').length === 1", None, "the curve is kept")
    assert page.evaluate(COST) <= 20, "50 pictures in a second"
    assert [url for url in shown.requests if url.startswith("http") and "//127.0.0.1:" not in url] == []
    assert shown.errors == []
    shown.close()


COST = """() => {  // milliseconds for a picture in a drag, the layout of the page included; the median of 31
    const root = document.querySelector(".seqlearn-live"), {frame, show} = root.explorer, times = [];
    for (let k = 0; k < 31; k++) {
        const begin = performance.now();
        frame.places.radius = 0.9 + 0.01 * k;
        show();
        root.getBoundingClientRect();
        times.push(performance.now() - begin);
    }
    return times.sort((a, b) => a - b)[15];
}"""
