// Chapter 13: a date is read, an answer is written letter by letter, and each letter looks back at what was read.
// Beside it stands a model with as many units and without attention. The formulas are those of seqlearn.models.

const MOST = 32, WRITTEN = 11, LONGEST = 1000, EMBEDDING = 32, UNITS = 64;
const START = 1, END = 2, UNKNOWN = 3; // and 0 is padding

// ---- numbers

function half(bits) { // a number of 16 bits
  const exponent = (bits >> 10) & 31, fraction = bits & 1023;
  const size = exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : 2 ** -24 * fraction;
  return bits >> 15 ? -size : size;
}

let models; // with attention, and without; every explorer on a page has the same
function unpacked(data) {
  models ??= data.models.map((model) => Object.fromEntries(Object.entries(model).map(([name, [bits, text]]) => {
    const { buffer } = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
    const numbers = bits === 16 ? Array.from(new Uint16Array(buffer), half) : new Float32Array(buffer);
    return [name, Float64Array.from(numbers)];
  })));
  return models;
}

// One array after the other. All are of one kind: the loop below is ten times slower where it meets several.
const joined = (first, second) => Float64Array.of(...first, ...second);

// W x + b; W is stored row by row.
function linear(W, x, b) {
  const out = new Float64Array(W.length / x.length);
  for (let row = 0, k = 0; row < out.length; row++) {
    let sum = b ? b[row] : 0;
    for (let j = 0; j < x.length; j++, k++) sum += W[k] * x[j];
    out[row] = sum;
  }
  return out;
}

const sigmoid = (z) => 1 / (1 + Math.exp(-z));
function lstm(model, [before, after], x, [h, c]) {
  const of = (kind) => model[before + kind + after];
  const a = linear(of("weight_ih"), x, of("bias_ih")), b = linear(of("weight_hh"), h, of("bias_hh"));
  const gate = (k, j) => a[k * UNITS + j] + b[k * UNITS + j];
  const cell = c.map((old, j) => sigmoid(gate(1, j)) * old + sigmoid(gate(0, j)) * Math.tanh(gate(2, j)));
  return [cell.map((value, j) => sigmoid(gate(3, j)) * Math.tanh(value)), cell];
}

const embedded = (table, row) => table.subarray(row * EMBEDDING, (row + 1) * EMBEDDING);

// The states of both directions at every place, and the decoder's first (h, c). The last reading is kept.
function encode(model, rows) {
  const name = rows.join();
  if (model.reading?.name === name) return model.reading;
  const there = [], back = [], zero = [new Float64Array(UNITS), new Float64Array(UNITS)];
  const step = (way, t, before = zero) =>
    lstm(model, ["encoder.recurrent.", way], embedded(model["encoder.embedding.weight"], rows[t]), before);
  for (let t = 0; t < rows.length; t++) there[t] = step("_l0", t, there[t - 1]);
  for (let t = rows.length - 1; t >= 0; t--) back[t] = step("_l0_reverse", t, back[t + 1]);
  const outputs = there.map(([h], t) => joined(h, back[t][0]));
  const keys = model["decoder.attention.key.weight"];
  const first = [0, 1].map((k) => linear(model["encoder.bridge.weight"], joined(there.at(-1)[k], back[0][k]),
    model["encoder.bridge.bias"]).map(Math.tanh));
  model.reading = { name, outputs, first, keys: keys && outputs.map((output) => linear(keys, output)) };
  return model.reading;
}

// The weights of one look: those pulled by hand, or the softmax of the scores; what is covered has none.
function weigh(scores, temperature, covered = new Set(), pulled) {
  const best = Math.max(...scores.filter((_, t) => !covered.has(t)));
  const size = (score, t) => (covered.has(t) ? 0 : pulled ? pulled[t] : Math.exp((score - best) / temperature));
  const sizes = scores.map(size), sum = sizes.reduce((a, b) => a + b, 0);
  return sum > 0 ? sizes.map((each) => each / sum) : sizes;
}

// The rows that are written, and where each of them looked. Without attention the context is the decoder's first h.
function write(model, rows, temperature, { covered = [], pulled = [] } = {}) {
  const target = [], weights = [];
  if (!rows.length) return { target, weights };
  const reading = encode(model, rows), { outputs, keys, first } = reading, v = model["decoder.attention.v.weight"];
  if (reading.answer) return reading.answer; // without attention there is one
  let state = first, context = first[0];
  while (target.at(-1) !== END && target.length < WRITTEN) {
    if (keys) {
      const query = linear(model["decoder.attention.query.weight"], state[0]);
      const scores = keys.map((key) => linear(v, key.map((value, j) => Math.tanh(query[j] + value)))[0]);
      const look = weigh(scores, temperature, covered[target.length], pulled[target.length]);
      context = new Float64Array(outputs[0].length);
      outputs.forEach((output, t) => output.forEach((value, j) => { context[j] += look[t] * value; }));
      weights.push(look);
    }
    const x = joined(embedded(model["decoder.embedding.weight"], target.at(-1) ?? START), context);
    state = lstm(model, keys ? ["decoder.cell.", ""] : ["decoder.recurrent.", "_l0"], x, state);
    const logits = linear(model["decoder.readout.weight"], joined(state[0], context), model["decoder.readout.bias"]);
    target.push(logits.indexOf(Math.max(...logits.subarray(END)), END)); // neither padding nor the start
  }
  if (!keys) reading.answer = { target, weights };
  return { target, weights };
}

// What both models write for a date: with attention, also when places are covered or weights pulled, and without.
function compute({ date, temperature }, data, edits) {
  const all = [...date].slice(-LONGEST), source = all.slice(0, MOST), alphabet = [...data.source];
  const rows = source.map((sign) => alphabet.indexOf(sign) + UNKNOWN + 1); // what is not in it is UNKNOWN
  const [attention, vector] = unpacked(data);
  const tokens = (answer) => answer.target.map((row) => (row > UNKNOWN ? data.target[row - UNKNOWN - 1]
    : row === END ? "<end>" : "<unk>"));
  const answer = write(attention, rows, temperature, edits), unknown = source.filter((_, t) => rows[t] === UNKNOWN);
  return { source, unknown, isCut: all.length > MOST, weights: answer.weights, target: tokens(answer),
    without: tokens(write(vector, rows)) };
}

// ---- words, the same as in Python

const written = (target) => target.filter((token) => token !== "<end>").join("");
const seen = (sign) => (sign === " " ? "space" : sign);
const byWeight = (row = []) => [...row.keys()].sort((a, b) => row[b] - row[a]);

function words({ date, temperature, character }, { source, target, weights, unknown, isCut }) {
  if (!source.length) return "Nothing is typed yet: type a date.";
  const chosen = Math.min(character, target.length) - 1, row = weights[chosen];
  const name = target[chosen] === "<end>" ? "the end" : `character ${chosen + 1}, “${target[chosen]}”`;
  const places = byWeight(row).slice(0, 3).filter((t) => row[t] >= 0.05);
  const names = places.map((t) => `${seen(source[t])} at ${t + 1} (${rounded(100 * row[t], 0)} %)`).join(", ");
  const length = [...date].length, degrees = Number(temperature.toPrecision(3));
  return `“${source.join("")}” becomes ${written(target) || "nothing"} at temperature ${degrees}. `
    + `For ${name} it looks at ${names || "no place in particular: all weights are below 5 %"}.`
    + (unknown.length ? ` It has never seen ${unknown.slice(0, 6).join(", ")}.` : "")
    + (isCut ? ` Only the first ${MOST} characters are read.` : "")
    + (length > LONGEST ? ` Only the last 1,000 of ${length.toLocaleString("en")} characters were read.` : "");
}

// ---- the page

const LEFT = 40, BARS = { top: 30, bottom: 116 }, LETTERS = 134, ANSWER = 262, LINE = 13; // pixels
const PLAY = 6; // seconds

const named = (token = "") => (token === "<end>" ? "end" : token);
const perplexity = (row) => Math.exp(row.reduce((sum, share) => sum - (share > 0 ? share * Math.log(share) : 0), 0));

function render(host) {
  return live(host, (frame) => {
    const { specs } = frame;
    let values, result, plain, edits = {}, chosen = 0, place, held, everywhere = false;
    const ends = () => Math.max(1, result.target.length);
    const look = (value) => {
      frame.put("character", clamp(Math.ceil(value), 1, ends()));
      frame.draw();
    };
    const range = () => ({ from: 0, to: ends(), seconds: PLAY });
    const walk = player(specs.character.label, range, look, { min: 1, step: 1 });
    const pick = (number) => { walk.stop(); look(number); };

    const covers = (t) => Boolean(edits.covered?.[chosen]?.has(t));
    const openPlaces = () => byWeight(result.weights[chosen]).filter((t) => !covers(t));
    const here = () => place ?? byWeight(result.weights[chosen])[0] ?? 0;
    const isTouched = () => Boolean(edits.pulled?.length || edits.covered?.some((each) => each.size));

    function cover(t) { // or uncover, at this step or at every one
      const change = covers(t) ? "delete" : "add";
      edits.covered ??= Array.from({ length: WRITTEN }, () => new Set());
      for (const step of everywhere ? edits.covered.keys() : [chosen]) edits.covered[step][change](t);
      frame.draw();
    }
    function pull(t, share) { // the other places divide what is left as they did before
      const weights = result.weights[chosen], rest = 1 - weights[t], others = weights.length - 1;
      edits.covered?.[chosen].delete(t);
      edits.pulled ??= [];
      edits.pulled[chosen] = weights.map((weight, k) =>
        (k === t ? share : rest > 1e-9 ? weight * (1 - share) / rest : (1 - share) / others));
      frame.draw();
    }
    function type(key) {
      if (key === "Enter" || key === " ") cover(here());
      else if ([...key].length === 1) frame.put("date", [...values.date].slice(-LONGEST).with(here(), key).join(""));
      else return false;
      return true;
    }

    function show() {
      const data = frame.data();
      values = frame.values();
      plain = compute(values, data);
      result = isTouched() ? compute(values, data, edits) : plain;
      if (place >= result.source.length) place = undefined;
      chosen = Math.min(values.character, ends()) - 1;
      const [first] = openPlaces(), isNone = first === undefined, number = chosen + 1;
      const best = isNone ? "Nothing is left to cover"
        : `Cover its best place, ${seen(result.source[first])} at ${first + 1}`;
      const oninput = ({ target }) => { // what is covered for this letter is, then, for all
        everywhere = target.checked;
        if (everywhere) edits.covered = edits.covered?.map((_, s, all) => new Set(all[chosen]));
        frame.draw();
      };
      const row = ["div", { class: "row" }, ...walk.parts(number, ends(), `${number}: ${named(result.target[chosen])}`),
        button(best, () => cover(first), isNone),
        ["label", {}, ["input", { type: "checkbox", oninput }], ["span", {}, "cover at every step"]],
        button("As it was", () => { edits = {}; frame.draw(); }, !isTouched())];
      frame.tell(["date", "example", "temperature"].map(frame.control),
        [picture(frame.width, row, ["p", { class: "verdict" }, tell()])]);
    }

    function picture(width, ...under) { // of the letter that is chosen bars and lines, of the place at hand the lines to all
      const { source, target, weights, without, unknown } = result, count = source.length, row = weights[chosen] ?? [];
      const unit = Math.min(52, (width - LEFT - 4) / Math.max(14, count)), wide = unit * count;
      const room = Math.min(38, (width - 4) / WRITTEN), isNarrow = width < 600, gap = isNarrow ? 36 : 20;
      const from = isNarrow ? 2 : LEFT + Math.max(0, Math.min(wide - room * WRITTEN, width - 600) / 2);
      const across = (t) => LEFT + unit * (t + 0.5), along = (s) => from + room * (s + 0.5);
      const below = (k) => ANSWER + 6 + (k ? 10 + gap * k : 0), top = below(2) + 16;
      const t = here(), sign = named(target[chosen]), share = count ? `${rounded(100 * row[t], 0)} %` : "";
      const box = axes({ left: LEFT, right: LEFT + Math.max(wide, unit), ...BARS }, { x: [0, count || 1], y: [0, 1],
        yTicks: [[0, "0"], [0.5, "50"], [1, "100 %"]] });
      const steps = Array.from({ length: WRITTEN }, (_, s) => s), isLater = (s) => walk.isPlaying() && s > chosen;
      const ray = (k, s, share = 0) => ["path", { "stroke-width": 0.7 * unit * share + 0.4,
        d: share < 0.004 ? "" : `M${across(k)} ${LETTERS + 15}C${across(k)} ${LETTERS + 70} `
          + `${along(s)} ${ANSWER - 80} ${along(s)} ${ANSWER - 20}` }];

      const uses = row.some((share) => share > 0) ? rounded(perplexity(row), 1) : "no";
      const title = count ? `to write ${sign === "end" ? "its end" : `“${sign}”`} it uses ${uses} `
        + `place${uses === "1.0" || uses === "no" ? "" : "s"}` : "type a date";
      const told = count ? `${seen(source[t])} at ${t + 1}, weight ${share}${covers(t) ? ", covered" : ""}` : "nothing";
      const placeAt = (x) => clamp(Math.floor((x - LEFT) / unit), 0, count - 1);
      const meet = (t) => {
        if (t === place) return;
        place = t;
        frame.draw();
      };
      const letter = (sign, k) => [
        ["rect", { class: "weight", x: across(k) - 0.4 * unit, y: box.y(row[k]), width: 0.8 * unit,
          height: BARS.bottom - box.y(row[k]) }],
        ["rect", { class: covers(k) ? "cover on" : "cover", x: across(k) - 0.46 * unit, y: LETTERS - 13,
          width: 0.92 * unit, height: 26, rx: 4 }],
        ["text", { class: `letter ${row[k] >= 0.2 ? "heavy" : ""} ${unknown.includes(sign) ? "ghost" : ""}`, x: across(k),
          y: LETTERS + 5, style: `font-size: ${Math.min(16, 1.5 * unit)}px`, ...middle }, sign === " " ? "␣" : sign]];
      const reading = ["g", { class: "reading grasp",
        onpointermove: (event) => event.currentTarget.hasPointerCapture(event.pointerId)
          || meet(placeAt(within(event.currentTarget, event)[0])),
        onpointerleave: ({ currentTarget }) => !currentTarget.contains(document.activeElement) && meet(undefined) },
      ["rect", { class: "catch", x: LEFT, y: BARS.top - 8, width: wide, height: LETTERS + 24 - BARS.top }],
      ["rect", { x: LEFT + unit * t, y: LETTERS - 14, width: unit, height: 28, rx: 4,
        ...grip("letter of the date: up and down pull its weight, Enter covers it, another letter takes its place",
          [t + 1, 1, count || 1, told], {
            class: place === undefined ? "grip off" : "grip", type: (key) => count > 0 && type(key),
            onfocus: () => meet(here()), onblur: () => meet(undefined), catches: (x, y) => y < BARS.bottom,
            move(x, y, begins) {
              if (begins) held = y < BARS.bottom ? "bar" : "letter";
              if (begins || held === "letter") place = placeAt(x);
              if (held === "bar") pull(place, clamp(box.fromY(y), 0, 1));
              else if (begins) cover(place);
              frame.draw();
            },
            turn(dx, dy) {
              if (!count) return;
              if (dx) place = clamp(here() + dx, 0, count - 1);
              else pull(here(), clamp(row[here()] + 0.05 * dy, 0, 1));
              frame.draw();
            } }) }],
      ...source.flatMap(letter), ["text", { class: "halo", x: across(t), y: box.y(row[t] ?? 0) - 5, ...middle }, share]];

      const size = { y: ANSWER - 18, width: room - 4, height: 36, rx: 6 };
      const rows = [[target, plain.target, "letter"], [without, plain.target, "small"],
        [isTouched() ? plain.target : [], target, "small"]];
      const token = (s) => [["rect", { class: "box", x: along(s) - room / 2 + 2, ...size }],
        ...rows.map(([tokens, others, kind], k) => ["text", { x: along(s), y: below(k), ...middle,
          class: `${kind}${tokens[s] === others[s] ? "" : " other"}${k || s !== chosen ? "" : " picked"}`
            + `${k || tokens[s] !== "<end>" ? "" : " word"}` }, isLater(s) ? "" : named(tokens[s])])];
      const rowName = (words, k) => ["text", { class: "small", x: isNarrow ? from : from + room * WRITTEN + 8,
        y: below(k + 1) - (isNarrow ? 16 : 0) }, words];
      const answer = ["g", { class: "picking grasp" },
        ["rect", { class: "catch", x: from, y: ANSWER - 22, width: room * WRITTEN, height: 44 }],
        ["rect", { x: along(chosen) - room / 2 + 2, ...size,
          ...grip("letter of the answer", [chosen + 1, 1, ends(), sign || "nothing"], {
            class: target[chosen] === plain.target[chosen] ? "grip" : "grip other",
            catches: () => false, move: (x) => pick(Math.floor((x - from) / room) + 1),
            turn: (dx, dy) => pick(chosen + 1 + (dx || dy)) }) }],
        ...steps.flatMap(token)];

      const step = (s) => ["g", { onclick: () => pick(s + 1) },
        ["text", { class: "small", x: LEFT - 8, y: top + LINE * s + 11, ...end }, isLater(s) ? "" : named(target[s])],
        ...source.map((_, t) => ["rect", { x: LEFT + unit * t, y: top + LINE * s, width: unit, height: LINE,
          style: `fill-opacity: ${isLater(s) ? 0 : (weights[s]?.[t] ?? 0) ** 0.8}` }])];
      const met = { x: LEFT + unit * t, y: top, width: unit, height: place === undefined ? 0 : LINE * target.length };
      const map = ["g", { class: "cells map" }, ...steps.map(step),
        ["rect", { class: "frame", x: LEFT, y: top, width: wide, height: LINE * WRITTEN }],
        ["rect", { class: "here", x: LEFT, y: top + LINE * chosen, width: wide, height: LINE }],
        ["rect", { class: "there", ...met }]];

      const heading = "Click a letter of the answer. Click a letter of the date to cover it, or drag its bar";
      return panel(heading, {}, "the letters read, their weights, and the answer", width, top + LINE * WRITTEN + 10, [
        ...box.parts, ["text", { x: LEFT, y: 14 }, title],
        ["g", { class: "seen" }, ...steps.map((s) => ray(t, s, s === chosen || place === undefined ? 0 : weights[s]?.[t]))],
        ["g", { class: "lines" }, ...source.map((_, k) => ray(k, chosen, row[k]))],
        reading, answer, rowName("without attention", 0), isTouched() && rowName("untouched", 1), map], ...under);
    }

    function tell() {
      const [now, was, other] = [result.target, plain.target, result.without].map((each) => written(each) || "nothing");
      if (isTouched()) return now === was ? `It still writes ${now}.` : `Untouched it writes ${was}, and now ${now}.`;
      return other === was ? "" : `Without attention it writes ${other}.`;
    }

    function change(name) {
      const { options } = specs.example, { date, example } = frame.places;
      if (name === "example" && example) frame.put("date", options[example][1]);
      if (name !== "date") return;
      edits = {};
      frame.put("example", Math.max(0, options.findIndex(([, text]) => text === date)));
    }
    return { show, change, stop: walk.stop, words: () => words({ ...values, character: chosen + 1 }, result) };
  });
}

export default { render, compute, words };
