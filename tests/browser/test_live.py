"""The explorers that compute in the page: their numbers against Python, and both sides following each other."""

import runpy

import nbformat
import numpy as np
import pytest

from seqlearn import nn
from seqlearn.data.dates import dates
from seqlearn.data.pairs import END, PAD
from seqlearn.data.pairs import START as BEGIN
from seqlearn.widgets import live
from seqlearn.widgets.attention import EXAMPLES, MOST, WRITTEN, DateAttention, packed_models, stored_reader
from seqlearn.widgets.exploding import STARTS, ExplodingGradients, first_inputs, gradient_norms, make_network, train
from seqlearn.widgets.lstm import ARRIVALS, DEFAULTS, START, ConveyorBelt

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
    return {"radius": rng.integers(0, 61) / 20, "steps": int(4 * rng.integers(1, 51)),
            "activation": str(rng.choice(["identity", "tanh", "relu"])), "start": str(rng.choice(STARTS)),
            "clip": float(rng.choice([np.inf, 0.1, 1, 10])), "seed": int(rng.integers(0, 1000))}


def is_determined(values):
    """Whether rounding does not decide: a tanh network of a large radius may be chaotic, and no two machines agree."""
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


@pytest.mark.parametrize("cls", [ExplodingGradients])
@np.errstate(all="ignore")
def test_exploding_gradients_are_those_of_the_layers_and_so_are_the_words(browser, exploding, cls):
    rng, cases = np.random.default_rng(0), []
    while len(cases) < SETTINGS:
        values = random_settings(rng)
        if is_determined(values):
            cases.append(values)
    assert {(each["activation"], each["start"]) for each in cases} >= {("tanh", "gaussian"), ("relu", "chain")}
    data = {}
    for values in cases:
        data |= exploding.page_data(**values)
    found = in_the_page(browser, cls, """(module, values, data) => {
        values.clip ??= Infinity;
        const result = module.compute(values, data[values.seed]);
        return {norms: result.norms.map(String), weights: String(result.weightNorm),
                words: module.words(values, result), eigenvalues: result.eigenvalues.flat()};
    }""", [as_json(values) for values in cases], data)
    for number, (values, ours) in enumerate(zip(cases, found, strict=True)):
        theirs = exploding.compute(**values)
        assert distance(as_number(ours["norms"]), theirs["norms"]) < 1e-10, values
        assert distance(as_number([ours["weights"]]), [theirs["weight_norm"]]) < 1e-10, values
        assert distance(ours["eigenvalues"], theirs["eigenvalues"].astype(complex).view(float)) < 1e-15, values
        if number % 3 == 0:  # the picture takes its time
            assert ours["words"] == exploding.picture.update(**theirs), values


@pytest.mark.parametrize("cls", [ExplodingGradients])
@np.errstate(all="ignore")
def test_training_is_that_of_the_layers_as_long_as_rounding_does_not_decide(browser, exploding, cls):
    """The same inputs, from NumPy's own generator; each loss, the words, and that the opening run ends at update 1."""
    names = ("radius", "steps", "activation", "start", "clip", "seed")
    cases = [dict(zip(names, each, strict=True)) for each in (
        (1.1, 100, "identity", "gaussian", 1.0, 0), (1.1, 20, "relu", "gaussian", 0.1, 7),
        (0.9, 40, "tanh", "chain", 1.0, 6), (1.0, 24, "identity", "orthogonal", np.inf, 3))]
    data = {}
    for values in cases:
        data |= exploding.page_data(**values)
    found = in_the_page(browser, cls, """(module, values, data) => {
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


def lstm_of(values):
    """A layer of one unit that is the belt, for numbers an eighth as large: the inputs set its gates, and W_h is 0."""
    order = [1, 2, *[3] * values["repeats"], 4]
    logit = {name: np.log(values[name] / (1 - values[name])) for name in values if name != "repeats"}
    layer = nn.LSTM(4, 1)
    layer.params["W_x"][:], layer.params["W_h"][:], layer.params["b"][:] = np.eye(4), 0, 0
    x = [[[logit[f"i{k}"], logit[f"f{k}"], np.arctanh(ARRIVALS[k - 1] / 8), logit[f"o{k}"]]] for k in order]
    _, (_, c) = layer.forward(np.array(x), (np.zeros((1, 1)), np.full((1, 1), START / 8)))
    _, (_, d_c) = layer.backward(np.zeros((len(order), 1, 1)), (np.zeros((1, 1)), np.ones((1, 1))))
    return 8 * c[0, 0], d_c[0, 0]


@pytest.mark.parametrize("cls", [ConveyorBelt])
def test_the_belt_is_a_layer_with_its_gates_set_and_says_what_python_says(browser, cls):
    """The last cell state and its gradient are those of nn.LSTM, the plain belt's state that of nn.RNN."""
    rng, belt, cases = np.random.default_rng(0), ConveyorBelt(), []
    for _ in range(SETTINGS):
        gates = {f"{gate}{k}": float(rng.uniform(0.01, 0.99) if rng.random() < 0.5 else rng.integers(1, 20) / 20)
                 for gate in DEFAULTS for k in (1, 2, 3, 4)}
        cases.append({**gates, "repeats": int(rng.integers(1, 51)), "w": rng.integers(0, 121) / 100})
    found = in_the_page(browser, cls, """(module, {w, ...values}, data) => {
        const result = module.ride(values, data, w);
        return {...result, words: module.words(values, data, result)};
    }""", cases, belt.page_data())
    for number, (values, ours) in enumerate(zip(cases, found, strict=True)):
        w = values.pop("w")
        theirs = belt.compute(**values)
        for name in ("c", "read", "kept"):
            assert distance(ours[name], theirs[name]) < 1e-10, values
        assert distance([ours["c"][-1], ours["back"][0]], lstm_of(values)) < 1e-10, values
        plain = nn.RNN(1, 1, nonlinearity="identity")
        plain.params["W_x"][:], plain.params["W_h"][:], plain.params["b"][:] = 1, w, 0
        x = np.repeat(ARRIVALS, [1, 1, values["repeats"], 1])[:, None, None]
        outputs, _ = plain.forward(x, np.full((1, 1), START))
        assert distance(ours["h"][1:], outputs[:, 0, 0]) < 1e-10, values
        if number % 3 == 0:
            assert ours["words"] == belt.picture.update(**theirs), values


def written(date, temperature=1.0, covered=(), pulled=()):
    """The tokens of the answer, and the weights, on the layers of seqlearn.nn.

    covered: of a step the places that it cannot look at; pulled: of a step its weights, set by hand.
    """
    model = stored_reader()
    rows = model["source"].encode(date[:MOST])
    outputs, ends = model["encoder"].forward(model["encoder.embedding.weight"][rows][:, None])
    bridge, bias = model["encoder.bridge.weight"].T, model["encoder.bridge.bias"]
    state = tuple(np.tanh(np.concatenate(both, axis=1) @ bridge + bias) for both in zip(*ends, strict=True))
    model["attention"].params["v"][:] = model["v"] / temperature
    tokens, looks = [BEGIN], []
    while tokens[-1] != END and len(tokens) <= WRITTEN:
        step = len(looks)
        mask = np.array([[t not in covered[step] for t in range(len(rows))]] if step in covered else True)
        mask = np.broadcast_to(mask, (1, len(rows)))
        context, weights = model["attention"].forward(state[0], outputs, mask=mask)
        if step in pulled:
            weights = np.where(mask, pulled[step], 0)
            weights = weights / (weights.sum() or 1)
            context = np.einsum("ns,snv->nv", weights, outputs)
        x = np.concatenate([model["decoder.embedding.weight"][tokens[-1:]], context], axis=1)
        _, state = model["cell"].forward(x[None], state)
        logits = model["decoder.readout.weight"] @ np.concatenate([state[0], context], axis=1)[0]
        logits += model["decoder.readout.bias"]
        logits[[PAD, BEGIN]] = -np.inf
        tokens.append(int(logits.argmax()))
        looks.append(weights[0])
    return [model["target"].tokens[token] for token in tokens[1:]], np.array(looks)


def random_edits(rng, length):
    """Places covered at some steps, sometimes all of them; weights pulled at others; at some both."""
    steps = rng.permutation(WRITTEN)
    covered = {int(step): set(rng.integers(0, length, rng.integers(1, 4)).tolist()) for step in steps[:3]}
    covered[int(steps[0])] |= set(range(length)) if rng.random() < 0.3 else set()
    return covered, {int(step): rng.dirichlet(np.full(length, 0.2)).tolist() for step in steps[2:5]}


def own_dates(count, seed=1):
    """Of the test part that the model was measured on."""
    return [date for date, _ in dates(10, count, seed=seed).test]


@pytest.mark.parametrize("cls", [DateAttention])
def test_the_dates_are_read_as_the_layers_read_them_also_covered_and_pulled(browser, cls):
    rng, cases = np.random.default_rng(0), []
    odd = ["1", "日本 1999", "x" * 40, "mai 5 1999 §", " "]
    for number, date in enumerate([*EXAMPLES, *EXAMPLES, *own_dates(80), *odd]):
        case = {"date": date, "temperature": float(rng.choice([0.01, 0.5, 1, 2, 100])) if number >= 10 else 1.0,
                "character": int(rng.integers(1, 12)), "covered": {}, "pulled": {}}
        if number >= 10 and rng.random() < 0.8:
            case["covered"], case["pulled"] = random_edits(rng, min(len(date), MOST))
        cases.append(case)
    sent = [case | {"covered": {step: sorted(places) for step, places in case["covered"].items()}} for case in cases]
    found = in_the_page(browser, cls, """(module, {covered, pulled, ...values}, data) => {
        const edits = { covered: [], pulled: [] };
        for (const [step, places] of Object.entries(covered)) edits.covered[step] = new Set(places);
        for (const [step, weights] of Object.entries(pulled)) edits.pulled[step] = weights;
        const plain = module.compute(values, data), result = module.compute(values, data, edits);
        return {...result, words: module.words(values, plain), plain: plain.target};
    }""", sent, packed_models())
    reader, differing = DateAttention(), 0
    for values, ours in zip(cases, found, strict=True):
        theirs, weights = written(values["date"], values["temperature"], values["covered"], values["pulled"])
        assert ours["target"] == theirs, values
        assert np.allclose(ours["weights"], weights, rtol=0, atol=1e-10), values
        if values["covered"]:
            differing += ours["target"] != ours["plain"]
        told = {name: values[name] for name in ("date", "temperature", "character")}
        shown = reader.compute(example="", **told)
        assert ours["words"] == reader.picture._words(
            shown["source"], shown["target"], shown["weights"][shown["chosen"]], shown["chosen"],
            "".join(token for token in shown["target"] if token != "<end>"), shown["temperature"], shown["known"],
        ) + (f" Only the first {MOST} characters are read." if shown["cut"] else ""), values
    assert differing > 20, "what is covered and pulled must matter"


@pytest.mark.parametrize("cls", [DateAttention])
def test_beside_it_stands_what_the_model_without_attention_writes(browser, cls):
    torch = pytest.importorskip("torch")
    from seqlearn.course.long_runs import long_run
    from seqlearn.decoding import greedy
    from seqlearn.training import load_weights

    script = runpy.run_path(str(long_run("13_dates_one_vector.py")))
    model = script["new_model"](script["SETTINGS"]).half()
    load_weights(model, long_run("13_dates_one_vector.safetensors"))
    model.double()
    cases = [{"date": date, "temperature": 1} for date in [*EXAMPLES, *own_dates(60), "20240802"]]
    found = in_the_page(browser, cls, "(module, values, data) => module.compute(values, data)", cases, packed_models())
    symbols = stored_reader()
    for values, ours in zip(cases, found, strict=True):
        source = torch.from_numpy(symbols["source"].encode(values["date"])[:, None])
        tokens = greedy(model, source, max_steps=WRITTEN).tokens[:, 0].tolist()
        assert ours["without"] == [symbols["target"].tokens[token] for token in tokens], values
    assert "".join(found[-1]["target"][:10]) == "2024-08-02" != "".join(found[-1]["without"][:10])


SOURCES = {
    "DateAttention": ["from seqlearn.widgets.attention import DateAttention as Live\nexplorer = Live()\nexplorer",
                      "explorer.set(date='2/10/93', temperature=3.0)",
                      "print({**explorer.values, 'text': explorer.text})"],
    "ConveyorBelt": ["from seqlearn.widgets.lstm import ConveyorBelt as Live\nexplorer = Live()\nexplorer",
                     "explorer.set(repeats=50, f3=1.0, i3=0.05)",
                     "print({**explorer.values, 'text': explorer.text})"],
    "ExplodingGradients": [
        "from seqlearn.widgets.exploding import ExplodingGradients as Live\nexplorer = Live()\nexplorer",
        "explorer.set(radius=0.9, start='chain', seed=4)",
        "print({**explorer.values, 'text': explorer.text, 'clicks': explorer._live.values['train']})"],
}


@pytest.fixture
def shown(browser, request):
    """A notebook whose first cell shows the explorer; the others stand below it."""
    sources = SOURCES[request.param.__name__]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(each) for each in sources])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, browser.lab.folder / "live.ipynb")
    opened = browser.open("live.ipynb")
    opened.requests = []
    opened.page.on("request", lambda request: opened.requests.append(request.url))
    opened.run_cell(0)
    opened.page.locator(".seqlearn-live .says").wait_for()
    opened.wait_for(SETTLED, None, "the picture is drawn")
    return opened


SETTLED = "() => document.querySelector('.seqlearn-live .says').textContent.length > 30"
SAYS = "(words) => document.querySelector('.seqlearn-live .says').textContent === words"
OUTPUT = """() => window.jupyterapp.shell.currentWidget.content.model.toJSON().cells[2].outputs[0].text"""


def kernel_says(opened):
    for _ in range(40):
        opened.run_cell(2)
        said = eval("".join(opened.page.evaluate(OUTPUT)), {"inf": np.inf})
        if said["text"] != "Working …":
            break
        opened.page.wait_for_timeout(500)
    return said


def kernel_values(opened):
    said = kernel_says(opened)
    return {name: value for name, value in said.items() if name != "text"}


KEYS_IN_ONE_FRAME = """(grip, keys) => {
  for (const key of keys) grip.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
}"""
GRIPS = {ExplodingGradients: ("spectral radius, the circle", ["ArrowRight", "ArrowRight"], "1.10", "1.20"),
         ConveyorBelt: ("forget gate of station 3", ["ArrowLeft", "ArrowLeft"], "0.90", "0.88"),
         DateAttention: ("letter of the date", [" ", "ArrowDown"], "4 at 27, weight 0 %, covered",
                         "4 at 27, weight 95 %")}


@pytest.mark.parametrize("shown", list(GRIPS), indirect=True)
def test_two_keys_within_one_frame_count_as_two(browser, shown, request):
    name, keys, before, after = GRIPS[request.node.callspec.params["shown"]]
    root, press = shown.page.locator(".seqlearn-live"), shown.page.keyboard.press
    grip = root.get_by_role("slider", name=name)
    if before.endswith("covered"):  # the answer's fourth letter, and the date's last
        root.get_by_role("slider", name="letter of the answer").focus()
        for _ in range(3):
            press("ArrowLeft")
    grip.focus()
    if before.endswith("covered"):
        press("End")
        press("Enter")
    says = "([grip, words]) => grip.getAttribute('aria-valuetext') === words"
    shown.wait_for(says, [grip.element_handle(), before], "where it begins")
    grip.evaluate(KEYS_IN_ONE_FRAME, keys)
    shown.wait_for(says, [grip.element_handle(), after], "both keys have acted")
    shown.close()


@pytest.mark.parametrize("shown", [ExplodingGradients], indirect=True)
def test_page_and_kernel_follow_each_other_and_it_is_quiet_while_dragging(browser, shown, exploding):
    page, root = shown.page, shown.page.locator(".seqlearn-live")
    assert root.locator(".says").inner_text() == exploding.text

    knob = root.get_by_role("slider", name="spectral radius, the circle")
    place = knob.bounding_box()
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(8):
        page.mouse.move(x + 2 * step, y - 2 * step)
        page.wait_for_timeout(20)
    page.wait_for_timeout(700)  # longer than words wait that are not held back
    assert root.get_by_role("status").inner_text() == "", "quiet while something is held"
    page.mouse.up()
    page.wait_for_timeout(100)
    words = root.locator(".says").inner_text()
    shown.wait_for("(words) => document.querySelector('.seqlearn-live > [role=status]').textContent === words", words,
                   "the words are spoken after the drag")
    assert words != exploding.text
    said = kernel_says(shown)
    assert said["text"] == words and 1.3 < said["radius"] < 3

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
    shown.wait_for("() => document.querySelector('.says').textContent.includes('Training, loss')", None,
                   "the training comes to its end")
    said = kernel_says(shown)
    assert said["clicks"] == 1 and said["text"] == root.locator(".says").inner_text()
    assert "clipped at 0.1: from" in said["text"]

    root.get_by_role("button", name="Predict first").click()
    shown.wait_for("() => document.querySelector('.says').textContent.includes('hidden')", None, "the answer is hidden")
    assert root.locator(".flow").first.is_hidden()
    root.get_by_role("slider", name="you expect at step 0").focus()
    page.keyboard.press("ArrowDown")
    root.get_by_role("button", name="See").click()
    shown.wait_for("() => document.querySelector('.verdict').textContent.startsWith('You said 0.32 at step 0, and')",
                   None, "the prediction is compared")
    root.get_by_role("button", name="Keep this curve").click()
    shown.wait_for("() => document.querySelectorAll('path.ghost').length === 1", None, "the curve is kept")
    for _ in range(2):
        root.get_by_role("button", name="Keep this curve").click()
    shown.wait_for("() => document.querySelectorAll('path.ghost').length === 3", None, "three curves are kept")
    for width in (1280, 700, 360):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(300)
        assert page.evaluate(OVERLAPPING) == [], f"the words of kept curves at {width} pixels"
    page.set_viewport_size({"width": 1280, "height": 900})
    page.wait_for_timeout(300)
    assert page.evaluate(COST) <= 20, "50 pictures in a second"
    root.evaluate(HIDE)
    assert root.locator("svg").first.bounding_box()["width"] > 300
    assert [url for url in shown.requests if url.startswith("http") and "//127.0.0.1:" not in url] == []
    assert shown.errors == []
    shown.close()


@pytest.mark.parametrize("shown", [ConveyorBelt], indirect=True)
def test_gates_are_set_where_they_stand_and_the_question_has_its_answers(browser, shown):
    page, root, belt = shown.page, shown.page.locator(".seqlearn-live"), ConveyorBelt()
    assert root.locator(".says").inner_text() == belt.text
    gates = root.get_by_role("slider", name="gate of station")
    assert gates.count() == 12 and root.get_by_role("slider").count() == 15

    def sets(name):
        return page.evaluate(f"() => document.querySelector('.seqlearn-live').explorer.frame.places.{name}")

    gate = root.get_by_role("slider", name="forget gate of station 3")
    place = gate.bounding_box()
    page.mouse.move(place["x"] + 5, place["y"] + 5)
    page.mouse.down()
    seen = set()
    for x in range(-101, 21):  # wherever it is taken hold of, a pixel is a hundredth
        page.mouse.move(place["x"] + 5 + x, place["y"] + 5)
        seen.add(round(sets("f3"), 2))
    page.mouse.up()
    assert seen == {step / 100 for step in range(101)}
    gate.focus()
    page.keyboard.press("ArrowLeft")
    assert sets("f3") == 0.99
    shown.wait_for("(gate) => gate.getAttribute('aria-valuetext') === '0.99'", gate.element_handle(),
                   "it says its value")
    for control in gates.all():
        control.focus()
        before = control.get_attribute("aria-valuenow")
        page.keyboard.press("ArrowDown" if before == "1" else "ArrowUp")
        shown.wait_for("([gate, before]) => gate.getAttribute('aria-valuenow') !== before",
                       [control.element_handle(), before], "an arrow key moves a gate")

    page.wait_for_timeout(300)
    assert kernel_says(shown)["text"] == root.locator(".says").inner_text()
    shown.run_cell(1)
    belt.set(**kernel_values(shown))
    shown.wait_for(SAYS, belt.text, "the page follows the kernel")

    page.evaluate(PUT, ["repeats", 6])
    page.wait_for_timeout(100)
    root.get_by_role("button", name="Play").click()
    shown.wait_for("() => document.querySelector('.rider').style.display === ''", None, "the cargo is on its way")
    shown.wait_for("() => document.querySelector('.rider').style.display === 'none'", None, "the gradient goes back")
    root.get_by_role("button", name="Stop").click()
    before = page.evaluate("document.querySelector('.seqlearn-live').explorer.frame.places")
    root.get_by_role("button", name="Puzzle").click()
    for name, value in {"i1": 1, "f1": 0, "f2": 1, "i2": 0, "f3": 1, "i3": 0, "f4": 1, "i4": 0, "o4": 1}.items():
        page.evaluate(PUT, [name, value])
    shown.wait_for("() => document.querySelector('.verdict').textContent.includes('1.74 comes out at the end')", None,
                   "no gate opens further than 0.99")
    page.evaluate(PUT, ["i4", 0.65])
    shown.wait_for("() => document.querySelector('.verdict').textContent.startsWith('Solved: 3')", None, "it is solved")
    assert page.evaluate(COST.replace("frame.places.radius = 0.9", "frame.places.f3 = 0.5")) <= 20
    root.get_by_role("button", name="Leave the puzzle").click()
    assert page.evaluate("document.querySelector('.seqlearn-live').explorer.frame.places") == before
    root.locator(".grip").first.focus()
    page.keyboard.press("Tab")  # as a reader comes to it
    assert page.evaluate("getComputedStyle(document.activeElement.querySelector('text')).stroke") == "none"
    assert [url for url in shown.requests if url.startswith("http") and "//127.0.0.1:" not in url] == []
    assert shown.errors == []
    shown.close()


@pytest.mark.parametrize("shown", [DateAttention], indirect=True)
def test_a_letter_of_the_answer_shows_where_it_looked_and_what_it_is_without(browser, shown):
    page, root, explorer = shown.page, shown.page.locator(".seqlearn-live"), DateAttention()
    date = EXAMPLES[0]
    assert root.locator(".says").inner_text() == explorer.text

    def answer():
        return "".join(root.locator("svg .picking text.letter").all_text_contents()).replace("end", "")

    def middle(of, place, count):
        box = root.locator(of).bounding_box()
        return box["x"] + box["width"] * (place + 0.5) / count, box["y"] + box["height"] - 12

    def settle():  # a frame is drawn
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def tokens(found):
        return "".join(token for token in found[0] if token != "<end>")

    page.mouse.click(*middle(".picking .catch", 3, WRITTEN))  # the 4 of 1984: where did it look?
    settle()
    explorer.controls["character"].value = 4
    assert root.locator(".says").inner_text() == explorer.text and "4 at 27 (100 %)" in explorer.text
    assert root.locator("svg > text:not(.tick):not(.small)").nth(1).text_content() == "to write “4” it uses 1.0 place"
    page.mouse.move(*middle(".reading .catch", 26, len(date)))
    settle()
    looking = root.locator(".seen path:not([d=''])").count()
    assert looking >= 3, "the dashes look there, too"
    page.mouse.down()  # and now that letter is covered
    page.mouse.up()
    settle()
    theirs = tokens(written(date, covered={3: {26}}))
    assert answer() == theirs == "1988-09-25" and root.locator(".cover.on").count() == 1
    assert root.locator(".verdict").inner_text() == f"Untouched it writes 1984-09-25, and now {theirs}."
    assert kernel_says(shown)["text"] == explorer.text, "the kernel's model has nothing covered"
    page.mouse.move(5, 5)
    settle()
    assert root.locator(".seen path:not([d=''])").count() == 0
    root.get_by_role("button", name="As it was").click()
    settle()
    assert answer() == "1984-09-25" and root.locator(".cover.on").count() == 0

    page.wait_for_timeout(700)
    said = root.get_by_role("status").inner_text()
    x, y = middle(".reading .catch", 18, len(date))  # the 2 of 25: all of the weight, by its bar
    page.mouse.move(x, y - 40)
    page.mouse.down()
    page.mouse.move(x, y - 150)
    page.wait_for_timeout(700)
    assert root.get_by_role("status").inner_text() == said != "", "quiet while something is held"
    page.mouse.up()
    settle()
    pulled = np.eye(len(date))[18]
    assert answer() == tokens(written(date, pulled={3: pulled})) != "1984-09-25"
    root.get_by_role("button", name="As it was").click()

    letters = root.get_by_role("slider", name="letter of the date")
    letters.focus()
    page.keyboard.press("Home")
    settle()
    assert letters.get_attribute("aria-valuetext").startswith("T at 1, weight")
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    settle()
    assert letters.get_attribute("aria-valuetext") == "4 at 27, weight 0 %, covered" and answer() == theirs
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    settle()
    assert answer() == "1984-09-25" and letters.get_attribute("aria-valuetext") == "4 at 27, weight 95 %"
    page.keyboard.press("7")
    settle()
    assert answer() == "1987-09-25" and root.get_by_role("textbox", name="Date").input_value() == date[:-1] + "7"
    root.get_by_role("slider", name="letter of the answer").focus()
    page.keyboard.press("ArrowLeft")
    settle()
    assert "For character 3" in root.locator(".says").inner_text()

    box = root.get_by_role("textbox", name="Date")
    for text in ("2.10.93", "20240802", "3rd of may 2004"):  # answers of several lengths on the way; no letter is lost
        box.fill("")
        box.press_sequentially(text, delay=25)
        explorer.controls["date"].value = text
        page.wait_for_timeout(300)
        said = kernel_says(shown)
        assert box.input_value() == said["date"] == text
        assert root.locator(".says").inner_text() == said["text"]
    assert root.get_by_label("Begin with").evaluate("(list) => list.selectedOptions[0].text") == EXAMPLES[4]
    shown.run_cell(1)
    explorer.set(date="2/10/93", temperature=3.0, character=3)
    shown.wait_for(SAYS, explorer.text, "the page follows the kernel")
    assert box.input_value() == "2/10/93"

    root.get_by_role("button", name="Play").click()
    shown.wait_for("() => document.querySelector('.seqlearn-live .says').textContent.includes('For character 2')", None,
                   "the answer is written letter by letter")
    assert answer() == "19", "what comes later is not there yet"
    root.get_by_role("button", name="Stop").click()
    assert page.evaluate(COST.replace("frame.places.radius = 0.9", "frame.places.temperature = 0.9")) <= 20
    root.evaluate(HIDE)
    assert root.locator("svg").first.bounding_box()["width"] > 300
    assert [url for url in shown.requests if url.startswith("http") and "//127.0.0.1:" not in url] == []
    assert shown.errors == []
    shown.close()


PUT = "([name, value]) => document.querySelector('.seqlearn-live').explorer.frame.put(name, value)"
HIDE = """async (root) => {  // as JupyterLab does with cells that are far away
    for (const display of ["none", ""]) {
        root.parentElement.style.display = display;
        await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    }
}"""
# The words beside the curves that lie on each other or on the legend.
OVERLAPPING = """() => {
  const found = [], texts = [...document.querySelectorAll('text.ghost'), ...[...document.querySelectorAll('text.halo')]
    .filter((text) => !text.classList.contains('ghost') && text.closest('svg').querySelector('text.ghost'))];
  for (const [k, one] of texts.entries()) for (const other of texts.slice(k + 1)) {
    const [a, b] = [one.getBoundingClientRect(), other.getBoundingClientRect()];
    const over = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4;
    if (over && a.right > b.left && b.right > a.left) found.push([one.textContent, other.textContent]);
  }
  return found;
}"""
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
