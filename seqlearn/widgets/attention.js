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
function joined(first, second) {
  const out = new Float64Array(first.length + second.length);
  out.set(first);
  out.set(second, first.length);
  return out;
}

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
function weigh(scores, temperature, covered = new Set(), pulled = undefined) {
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
    const { specs } = frame, parts = {}, middle = { "text-anchor": "middle" };
    let values, result, plain, edits = {}, chosen = 0, place, held;
    for (const name of ["date", "example", "temperature"]) frame.control(name);
    const panel = frame.panel("Click a letter of the answer. Click a letter of the date to cover it, or drag its bar");
    const row = html(panel, "div", { class: "row" });
    const ends = () => Math.max(1, result.target.length);
    const look = (value) => {
      frame.put("character", clamp(Math.ceil(value), 1, ends()));
      frame.draw();
    };
    const range = () => ({ from: 0, to: ends(), seconds: PLAY });
    const walk = player(row, specs.character.label, range, look, { min: 1, step: 1 });
    const pick = (number) => { walk.stop(); look(number); };
    const best = button(row, "", () => cover(openPlaces()[0]));
    const everywhere = html(html(row, "label"), "input", { type: "checkbox" });
    everywhere.after(" at every step");
    const undo = button(row, "As it was", () => { edits = {}; frame.draw(); });
    const verdict = html(panel, "p", { class: "verdict" });

    const covers = (t) => Boolean(edits.covered?.[chosen]?.has(t));
    const openPlaces = () => byWeight(result.weights[chosen]).filter((t) => !covers(t));
    const here = () => place ?? byWeight(result.weights[chosen])[0] ?? 0;
    const isTouched = () => Boolean(edits.pulled?.length || edits.covered?.some((each) => each.size));

    function cover(t) { // or uncover, at this step or at every one
      const change = covers(t) ? "delete" : "add";
      edits.covered ??= Array.from({ length: WRITTEN }, () => new Set());
      for (const step of everywhere.checked ? edits.covered.keys() : [chosen]) edits.covered[step][change](t);
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

    function layout(width) {
      const count = result?.source.length ?? 0, unit = Math.min(52, (width - LEFT - 4) / Math.max(14, count));
      const wide = unit * count, room = Math.min(38, (width - 4) / WRITTEN), isNarrow = width < 600;
      const inTheMiddle = LEFT + Math.max(0, Math.min(wide - room * WRITTEN, width - 600) / 2);
      const from = isNarrow ? 2 : inTheMiddle, gap = isNarrow ? 36 : 20;
      const across = (t) => LEFT + unit * (t + 0.5), along = (s) => from + room * (s + 0.5);
      const below = (k) => ANSWER + 6 + (k ? 10 + gap * k : 0), top = below(2) + 16;
      const one = picture(panel, "the letters read, their weights, and the answer", width, top + LINE * WRITTEN + 10);
      const at = axes(one, { left: LEFT, right: LEFT + Math.max(wide, unit), ...BARS }, { x: [0, count || 1], y: [0, 1],
        yTicks: [[0, "0"], [0.5, "50"], [1, "100 %"]] });
      Object.assign(parts, { count, unit, room, across, along, at, top, title: svg(one, "text", { x: LEFT, y: 14 }) });
      const each = (length, make) => Array.from({ length }, (_, k) => make(k));
      const [seenFrom, lines] = ["seen", "lines"].map((name) => svg(one, "g", { class: name }));
      parts.seen = each(WRITTEN, () => svg(seenFrom, "path"));
      parts.lines = each(count, () => svg(lines, "path"));
      layoutDate(one, each, wide);

      const answer = svg(one, "g", { class: "picking" });
      const size = { y: ANSWER - 18, width: room - 4, height: 36, rx: 6 };
      svg(answer, "rect", { class: "catch", x: from, y: ANSWER - 22, width: room * WRITTEN, height: 44 });
      parts.chosen = svg(answer, "rect", size);
      parts.answer = each(WRITTEN, (s) => {
        svg(answer, "rect", { class: "box", x: along(s) - room / 2 + 2, ...size });
        const kinds = ["letter", "small", "small"];
        return kinds.map((kind, k) => svg(answer, "text", { class: kind, x: along(s), y: below(k), ...middle }));
      });
      parts.names = ["without attention", "untouched"].map((name, k) => svg(one, "text", { class: "small",
        x: isNarrow ? from : from + room * WRITTEN + 8, y: below(k + 1) - (isNarrow ? 16 : 0) }, name));
      grip(parts.chosen, answer, { label: "letter of the answer", picture: one,
        move: (x) => pick(Math.floor((x - from) / room) + 1), turn: (dx, dy) => pick(chosen + 1 + (dx || dy)) });

      const map = svg(one, "g", { class: "cells map" });
      parts.rows = each(WRITTEN, (s) => ({
        name: svg(map, "text", { class: "small", x: LEFT - 8, y: top + LINE * s + 11, "text-anchor": "end" }),
        cells: each(count, (t) => svg(map, "rect", { x: LEFT + unit * t, y: top + LINE * s, width: unit, height: LINE })),
      }));
      svg(map, "rect", { class: "frame", x: LEFT, y: top, width: wide, height: LINE * WRITTEN });
      parts.row = svg(map, "rect", { class: "here", x: LEFT, width: wide, height: LINE });
      parts.column = svg(map, "rect", { class: "there", y: top, width: unit });
      map.addEventListener("pointerdown", ({ clientY }) =>
        pick(Math.floor((clientY - one.getBoundingClientRect().top - top) / LINE) + 1));
    }

    function layoutDate(one, each, wide) {
      const { count, unit, across } = parts, group = svg(one, "g", { class: "reading" });
      const style = `font-size: ${Math.min(16, 1.5 * unit)}px`;
      svg(group, "rect", { class: "catch", x: LEFT, y: BARS.top - 8, width: wide, height: LETTERS + 24 - BARS.top });
      parts.place = svg(group, "rect", { width: unit, y: LETTERS - 14, height: 28, rx: 4 });
      parts.letters = each(count, (t) => ({
        bar: svg(group, "rect", { class: "weight", x: across(t) - 0.4 * unit, width: 0.8 * unit }),
        lid: svg(group, "rect", { x: across(t) - 0.46 * unit, y: LETTERS - 13, width: 0.92 * unit, height: 26, rx: 4 }),
        text: svg(group, "text", { x: across(t), y: LETTERS + 5, style, ...middle }),
      }));
      parts.share = svg(group, "text", { class: "halo", ...middle });
      const placeAt = (x) => clamp(Math.floor((x - LEFT) / unit), 0, count - 1);
      grip(parts.place, group, { picture: one, type: (key) => count > 0 && type(key),
        label: "letter of the date: up and down pull its weight, Enter covers it, another letter takes its place",
        move(x, y, begins) {
          if (begins) held = y < BARS.bottom ? "bar" : "letter";
          if (begins || held === "letter") place = placeAt(x);
          if (held === "bar") pull(place, clamp(parts.at.fromY(y), 0, 1));
          else if (begins) cover(place);
          frame.draw();
        },
        turn(dx, dy) {
          if (!count) return;
          if (dx) place = clamp(here() + dx, 0, count - 1);
          else pull(here(), clamp(result.weights[chosen][here()] + 0.05 * dy, 0, 1));
          frame.draw();
        } });
      const meet = (t) => {
        if (held || t === place) return;
        place = t;
        frame.draw();
      };
      group.addEventListener("pointermove", ({ clientX }) => meet(placeAt(clientX - one.getBoundingClientRect().left)));
      group.addEventListener("pointerleave", () => document.activeElement !== parts.place && meet(undefined));
      group.addEventListener("lostpointercapture", () => { held = undefined; });
      parts.place.addEventListener("focus", () => meet(here()));
      parts.place.addEventListener("blur", () => meet(undefined));
    }

    function show() {
      const data = frame.data();
      values = frame.values();
      plain = compute(values, data);
      result = isTouched() ? compute(values, data, edits) : plain;
      const { source, target, weights, without } = result;
      if (source.length !== parts.count) layout(frame.width);
      if (place >= source.length) place = undefined;
      chosen = Math.min(values.character, ends()) - 1;
      const isPlaying = walk.isPlaying(), sign = named(target[chosen]), { along, unit, room } = parts;
      walk.show(chosen + 1, ends(), `${chosen + 1}: ${sign}`);
      showDate(weights[chosen] ?? []);
      parts.answer.forEach((texts, s) => {
        const isLater = isPlaying && s > chosen, { name, cells } = parts.rows[s];
        [target, without, isTouched() ? plain.target : []].forEach((each, k) => {
          texts[k].textContent = isLater ? "" : named(each[s]);
          texts[k].classList.toggle("other", each[s] !== (k === 2 ? target : plain.target)[s]);
        });
        texts[0].classList.toggle("picked", s === chosen);
        texts[0].classList.toggle("word", target[s] === "<end>");
        name.textContent = texts[0].textContent;
        cells.forEach((cell, t) => { cell.style.fillOpacity = isLater ? 0 : (weights[s]?.[t] ?? 0) ** 0.8; });
      });
      parts.names[1].style.display = isTouched() ? "" : "none";
      set(parts.chosen, { x: along(chosen) - room / 2 + 2 });
      parts.chosen.classList.toggle("other", target[chosen] !== plain.target[chosen]);
      tellValue(parts.chosen, chosen + 1, 1, ends(), sign || "nothing");
      set(parts.row, { y: parts.top + LINE * chosen });
      set(parts.column, { x: LEFT + unit * here(), height: place === undefined ? 0 : LINE * target.length });
      const [first] = openPlaces();
      best.textContent = first === undefined ? "Nothing is left to cover"
        : `Cover its best place, ${seen(source[first])} at ${first + 1}`;
      best.disabled = first === undefined;
      undo.disabled = !isTouched();
      verdict.textContent = tell();
    }

    function showDate(row) { // of the letter that is chosen the bars and lines, of the place at hand the lines to all
      const { source, unknown, weights, target } = result, { across, along, at, unit } = parts, t = here();
      const uses = rounded(perplexity(row), 1), sign = named(target[chosen]);
      const count = row.some((share) => share > 0) ? `${uses} place${uses === "1.0" ? "" : "s"}` : "no place";
      parts.title.textContent = source.length ? `to write ${sign === "end" ? "its end" : `“${sign}”`} it uses ${count}`
        : "type a date";
      const draw = (line, k, s, share = 0) => set(line, { "stroke-width": 0.7 * unit * share + 0.4,
        d: share < 0.004 ? "" : `M${across(k)} ${LETTERS + 15}C${across(k)} ${LETTERS + 70} `
          + `${along(s)} ${ANSWER - 80} ${along(s)} ${ANSWER - 20}` });
      parts.letters.forEach(({ bar, lid, text }, k) => {
        set(bar, { y: at.y(row[k]), height: BARS.bottom - at.y(row[k]) });
        set(lid, { class: covers(k) ? "cover on" : "cover" });
        set(text, { class: `letter ${row[k] >= 0.2 ? "heavy" : ""} ${unknown.includes(source[k]) ? "ghost" : ""}` });
        text.textContent = source[k] === " " ? "␣" : source[k];
        draw(parts.lines[k], k, chosen, row[k]);
      });
      parts.seen.forEach((line, s) => draw(line, t, s, s === chosen || place === undefined ? 0 : weights[s]?.[t]));
      parts.place.classList.toggle("off", place === undefined);
      set(parts.place, { x: LEFT + unit * t });
      set(parts.share, { x: across(t), y: at.y(row[t] ?? 0) - 5 });
      parts.share.textContent = source.length ? `${rounded(100 * row[t], 0)} %` : "";
      tellValue(parts.place, t + 1, 1, source.length || 1, source.length === 0 ? "nothing"
        : `${seen(source[t])} at ${t + 1}, weight ${parts.share.textContent}${covers(t) ? ", covered" : ""}`);
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
    return { layout, show, change, stop: walk.stop, words: () => words({ ...values, character: chosen + 1 }, result) };
  });
}

export default { render, compute, words };
