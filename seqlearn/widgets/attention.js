// Chapter 13: a date is read, an answer is written letter by letter, and each letter looks back at what was read. Beside
// it a model of the same size without attention. The formulas are those of seqlearn.models.

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
    return [name, bits === 16 ? Float64Array.from(new Uint16Array(buffer), half) : new Float64Array(new Float32Array(buffer))];
  })));
  return models;
}

// Arrays in a row. All are of one kind: the loop below is ten times slower where it meets several.
const joined = (...arrays) => Float64Array.from(arrays.flatMap((each) => [...each]));

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
  const { outputs, keys, first } = encode(model, rows), v = model["decoder.attention.v.weight"];
  let state = first, context = first[0];
  while (target.at(-1) !== END && target.length < WRITTEN) {
    if (keys) {
      const query = linear(model["decoder.attention.query.weight"], state[0]);
      const scores = keys.map((key) => key.reduce((sum, value, j) => sum + v[j] * Math.tanh(query[j] + value), 0));
      const look = weigh(scores, temperature, covered[target.length], pulled[target.length]);
      context = outputs[0].map((_, j) => outputs.reduce((sum, each, t) => sum + look[t] * each[j], 0));
      weights.push(look);
    }
    const x = joined(embedded(model["decoder.embedding.weight"], target.at(-1) ?? START), context);
    state = lstm(model, keys ? ["decoder.cell.", ""] : ["decoder.recurrent.", "_l0"], x, state);
    const logits = linear(model["decoder.readout.weight"], joined(state[0], context), model["decoder.readout.bias"]);
    target.push(logits.indexOf(Math.max(...logits.subarray(END)), END)); // neither padding nor the start
  }
  return { target, weights };
}

// What both models write for a date: with attention, also when places are covered or weights pulled, and without.
function compute({ date, temperature }, data, edits) {
  const all = [...date].slice(-LONGEST), source = all.slice(0, MOST), alphabet = [...data.source];
  const rows = source.map((sign) => alphabet.indexOf(sign) + UNKNOWN + 1); // what is not in it is UNKNOWN
  const [attention, vector] = unpacked(data);
  const named = ({ target, weights }) => ({ weights, target: target.map((row) =>
    (row === END ? "<end>" : row === UNKNOWN ? "<unk>" : data.target[row - UNKNOWN - 1])) });
  return { source, isCut: all.length > MOST, unknown: source.filter((_, t) => rows[t] === UNKNOWN),
    ...named(write(attention, rows, temperature, edits)), without: named(write(vector, rows)).target };
}

// ---- words, the same as in Python

const written = (target) => target.filter((token) => token !== "<end>").join("");
const seen = (sign) => (sign === " " ? "space" : sign);
const byWeight = (row) => [...row.keys()].sort((a, b) => row[b] - row[a]);

function words({ date, temperature, character }, { source, target, weights, unknown, isCut }) {
  if (!source.length) return "Nothing is typed yet: type a date.";
  const chosen = Math.min(character, target.length) - 1, row = weights[chosen];
  const name = target[chosen] === "<end>" ? "the end" : `character ${chosen + 1}, “${target[chosen]}”`;
  const places = byWeight(row).slice(0, 3).filter((t) => row[t] >= 0.05);
  const names = places.map((t) => `${seen(source[t])} at ${t + 1} (${rounded(100 * row[t], 0)} %)`).join(", ");
  const length = [...date].length;
  return `“${source.join("")}” becomes ${written(target) || "nothing"} at temperature ${Number(temperature.toPrecision(3))}. `
    + `For ${name} it looks at ${names || "no place in particular: all weights are below 5 %"}.`
    + (unknown.length ? ` It has never seen ${unknown.slice(0, 6).join(", ")}.` : "")
    + (isCut ? ` Only the first ${MOST} characters are read.` : "")
    + (length > LONGEST ? ` Only the last ${LONGEST.toLocaleString("en")} of ${length.toLocaleString("en")} characters were read.` : "");
}

// ---- the page

const BARS = { top: 30, bottom: 116 }, LETTERS = 134, ANSWER = 262, LEFT = 40, LINE = 13; // pixels from above, from the left

function render(host) {
  return live(host, (frame) => {
    const { bar, specs } = frame, parts = {}, middle = { "text-anchor": "middle" };
    let values, result, plain, edits = {}, wish = frame.places.character, chosen = 0, place, grabbed;
    for (const name of ["date", "example", "temperature"]) frame.control(name);
    const panel = frame.panel("Click a letter of the answer. Cover a letter of the date with a click, or drag its bar");
    const row = html(panel, "div", { class: "row" });
    const look = (value) => {
      const number = clamp(Math.ceil(value), 1, Math.max(1, result.target.length));
      frame.put("character", Math.min(number, specs.character.max));
      wish = number;
      frame.draw();
    };
    const walk = player(row, specs.character.label, () => ({ from: 0, to: result.target.length, seconds: 6 }), look,
      { min: 1, step: 1 });
    const best = button(row, "", () => cover(byWeight(result.weights[chosen])[0]));
    const everywhere = html(html(row, "label"), "input", { type: "checkbox" });
    everywhere.after(" at every step");
    const undo = button(row, "As it was", () => { edits = {}; frame.draw(); });
    const verdict = html(panel, "p", { class: "verdict" });

    function cover(t) { // or uncover, at this step or at every one
      const steps = everywhere.checked ? [...Array(WRITTEN).keys()] : [chosen], isCovered = covers(chosen, t);
      edits.covered ??= [];
      for (const step of steps) {
        edits.covered[step] ??= new Set();
        edits.covered[step][isCovered ? "delete" : "add"](t);
      }
      frame.draw();
    }
    const covers = (step, t) => Boolean(edits.covered?.[step]?.has(t));

    function pull(t, share) { // the other places share what is left as before
      const weights = result.weights[chosen], rest = 1 - weights[t], others = weights.length - 1;
      edits.pulled ??= [];
      edits.covered?.[chosen]?.delete(t);
      edits.pulled[chosen] = weights.map((weight, k) =>
        (k === t ? share : rest > 1e-9 ? weight * (1 - share) / rest : (1 - share) / others));
      frame.draw();
    }

    function type(key) {
      if (!result.source.length) return false;
      if (key === "Enter" || key === " ") cover(place);
      else if ([...key].length === 1) frame.put("date", [...values.date].slice(-LONGEST).with(place, key).join(""));
      else return false;
      return true;
    }

    function layout(width) { // as wide as the date needs it
      const count = parts.count = result?.source.length ?? 0, unit = Math.min(52, (width - LEFT - 4) / Math.max(14, count));
      const right = LEFT + unit * count, room = Math.min(38, (width - 4) / WRITTEN), isWide = width > 700;
      const from = isWide ? Math.max(LEFT, (LEFT + right - room * WRITTEN) / 2) : 2, gap = isWide ? 20 : 36;
      const one = picture(panel, "the date, the weights of its letters, and the answer", width, ANSWER + 4 * gap + 11 * LINE);
      Object.assign(parts, { one, unit, right, letters: [], covers: [], bars: [], lines: [], seen: [], answer: [], cells: [] });
      const across = (t) => LEFT + unit * (t + 0.5), along = (s) => from + room * (s + 0.5);
      Object.assign(parts, { across, along });
      parts.at = axes(one, { left: LEFT, right: Math.max(right, LEFT + unit), ...BARS }, { x: [0, count || 1], y: [0, 1],
        yTicks: [[0, "0"], [0.5, "50"], [1, "100 %"]] });
      parts.title = svg(one, "text", { class: "halo", x: LEFT, y: 14 });
      for (const kind of ["seen", "lines"]) {
        const group = svg(one, "g", { class: kind });
        for (let k = 0; k < (kind === "lines" ? count : WRITTEN); k++) parts[kind].push(svg(group, "path"));
      }
      const reading = svg(one, "g", { class: "reading" });
      svg(reading, "rect", { class: "catch", x: LEFT, y: BARS.top - 8, width: unit * count, height: LETTERS + 24 - BARS.top });
      parts.place = svg(reading, "rect", { width: unit, y: LETTERS - 14, height: 28, rx: 4 });
      for (let t = 0; t < count; t++) {
        parts.bars.push(svg(reading, "rect", { class: "weight", x: across(t) - 0.4 * unit, width: 0.8 * unit }));
        parts.covers.push(svg(reading, "rect", { class: "cover", x: across(t) - 0.46 * unit, width: 0.92 * unit,
          y: LETTERS - 13, height: 26, rx: 4 }));
        parts.letters.push(svg(reading, "text", { x: across(t), y: LETTERS + 5, ...middle,
          style: `font-size: ${Math.min(16, 1.5 * unit)}px` }));
      }
      parts.share = svg(reading, "text", { class: "halo", ...middle });
      const placeOf = (x) => clamp(Math.floor((x - LEFT) / unit), 0, count - 1);
      grip(parts.place, reading, { picture: one, type,
        label: "letter that is read: up and down pull its weight, Enter covers it, another letter takes its place",
        move: (x, y, begins) => {
          if (begins) grabbed = y < BARS.bottom ? "bar" : "letter";
          if (begins || grabbed === "letter") place = placeOf(x);
          if (grabbed === "bar") pull(place, clamp(parts.at.fromY(y), 0, 1));
          else if (begins) cover(place);
          frame.draw();
        },
        turn: (dx, dy) => {
          if (dx) place = clamp(place + dx, 0, count - 1);
          else pull(place, clamp(result.weights[chosen][place] + 0.05 * dy, 0, 1));
          frame.draw();
        } });
      const meet = (t) => { if (!grabbed) { place = t; frame.draw(); } };
      reading.addEventListener("pointermove", (event) => meet(placeOf(event.clientX - one.getBoundingClientRect().left)));
      reading.addEventListener("pointerleave", () => document.activeElement !== parts.place && meet(undefined));
      reading.addEventListener("lostpointercapture", () => { grabbed = undefined; });
      parts.place.addEventListener("focus", () => { place ??= byWeight(result.weights[chosen])[0]; frame.draw(); });
      parts.place.addEventListener("blur", () => { place = undefined; frame.draw(); });

      const writing = svg(one, "g", { class: "picking" });
      svg(writing, "rect", { class: "catch", x: from, y: ANSWER - 22, width: room * WRITTEN, height: 44 });
      parts.chosen = svg(writing, "rect", { width: room - 4, y: ANSWER - 18, height: 36, rx: 6 });
      for (let s = 0; s < WRITTEN; s++) {
        svg(writing, "rect", { class: "box", x: along(s) - room / 2 + 2, width: room - 4, y: ANSWER - 18, height: 36, rx: 6 });
        parts.answer.push([0, 1, 2].map((k) => svg(writing, "text", { class: k ? "small" : "letter", x: along(s),
          y: ANSWER + 6 + (k ? 10 : 0) + gap * k, ...middle })));
      }
      const end = from + room * WRITTEN + 8;
      parts.names = ["", "without attention", "untouched"].map((name, k) => svg(one, "text", { class: "small",
        x: isWide ? end : from, y: ANSWER + 6 + (k ? 10 : 0) + gap * k - (isWide ? 0 : 16) }, name));
      grip(parts.chosen, writing, { label: "letter of the answer", picture: one,
        move: (x) => look(clamp(Math.floor((x - from) / room) + 1, 1, result.target.length)),
        turn: (dx, dy) => look(clamp(chosen + 1 + (dx || dy), 1, result.target.length)) });

      const map = svg(one, "g", { class: "cells map" }), top = ANSWER + 3 * gap + 14;
      for (let s = 0; s < WRITTEN; s++) {
        const y = top + LINE * s, name = svg(map, "text", { class: "small", x: LEFT - 8, y: y + 11, "text-anchor": "end" });
        parts.cells.push({ name, cells: Array.from({ length: count }, (_, t) => svg(map, "rect", { x: LEFT + unit * t, y,
          width: unit, height: LINE })) });
      }
      svg(map, "rect", { class: "frame", x: LEFT, y: top, width: unit * count, height: LINE * WRITTEN });
      parts.row = svg(map, "rect", { class: "here", x: LEFT, width: unit * count, height: LINE });
      parts.column = svg(map, "rect", { class: "there", y: top, width: unit });
      parts.top = top;
      map.addEventListener("pointerdown", (event) =>
        look(clamp(Math.ceil((event.clientY - one.getBoundingClientRect().top - top) / LINE), 1, result.target.length)));
    }

    function show() {
      const data = frame.data();
      values = frame.values();
      plain = compute(values, data);
      result = compute(values, data, edits);
      if (result.source.length !== parts.count) layout(frame.width);
      const { source, target, weights, without, unknown } = result, { across, along, unit } = parts;
      chosen = clamp(wish, 1, Math.max(1, target.length)) - 1;
      const look = weights[chosen] ?? [], order = byWeight(look), isPlaying = walk.isPlaying(), isTouched = touched();
      const name = (token) => (token === "<end>" ? "end" : token ?? ""), sign = name(target[chosen]);
      walk.show(chosen + 1, Math.max(1, target.length), `${chosen + 1}: ${sign}`);
      const uses = Math.exp(look.reduce((sum, share) => sum - (share > 0 ? share * Math.log(share) : 0), 0));
      const isBlind = !look.some((share) => share > 0);
      parts.title.textContent = !source.length ? "type a date" : `to write ${sign === "end" ? "its end" : `“${sign}”`} it uses `
        + `${isBlind ? "no place" : `${rounded(uses, 1)} place${rounded(uses, 1) === "1.0" ? "" : "s"}`}`;
      const curve = (t, s) => `M${across(t)} ${LETTERS + 15}C${across(t)} ${LETTERS + 70} ${along(s)} ${ANSWER - 80} `
        + `${along(s)} ${ANSWER - 20}`;
      source.forEach((each, t) => {
        const y = parts.at.y(look[t]), isHeavy = look[t] >= 0.2;
        set(parts.bars[t], { y, height: BARS.bottom - y });
        set(parts.lines[t], { d: look[t] > 0.004 ? curve(t, chosen) : "", "stroke-width": 0.7 * unit * look[t] + 0.4 });
        parts.covers[t].classList.toggle("on", covers(chosen, t));
        set(parts.letters[t], { class: `letter${isHeavy ? " heavy" : ""}${unknown.includes(each) ? " ghost" : ""}` });
        parts.letters[t].textContent = each === " " ? "␣" : each;
      });
      parts.seen.forEach((line, s) => {
        const share = place === undefined ? 0 : weights[s]?.[place] ?? 0;
        set(line, { d: share > 0.004 && s !== chosen ? curve(place, s) : "", "stroke-width": 0.7 * unit * share + 0.4 });
      });
      const at = place ?? order[0] ?? 0, isHidden = !source.length;
      set(parts.place, { x: LEFT + unit * at });
      parts.place.classList.toggle("off", place === undefined);
      if (!isHidden) tellValue(parts.place, at + 1, 1, source.length, `${seen(source[at])} at ${at + 1}, weight `
        + `${rounded(100 * look[at], 0)} %${covers(chosen, at) ? ", covered" : ""}`);
      set(parts.share, { x: across(at), y: parts.at.y(look[at] ?? 0) - 5 });
      parts.share.textContent = isHidden ? "" : `${rounded(100 * look[at], 0)} %`;
      parts.answer.forEach((texts, s) => {
        const isLater = isPlaying && s > chosen;
        [target, without, isTouched ? plain.target : []].forEach((each, k) => {
          texts[k].textContent = isLater ? "" : name(each[s]);
          texts[k].classList.toggle("other", each[s] !== (k === 2 ? target : plain.target)[s]);
        });
        texts[0].classList.toggle("picked", s === chosen);
        texts[0].classList.toggle("word", target[s] === "<end>");
        const { name: label, cells } = parts.cells[s];
        label.textContent = isLater ? "" : name(target[s]);
        cells.forEach((cell, t) => { cell.style.fillOpacity = isLater ? 0 : (weights[s]?.[t] ?? 0) ** 0.8; });
      });
      parts.names[2].style.display = isTouched ? "" : "none";
      parts.chosen.classList.toggle("other", target[chosen] !== plain.target[chosen]);
      set(parts.chosen, { x: along(chosen) - (along(1) - along(0)) / 2 + 2 });
      tellValue(parts.chosen, chosen + 1, 1, Math.max(1, target.length), sign || "nothing");
      set(parts.row, { y: parts.top + LINE * chosen });
      set(parts.column, { x: LEFT + unit * at, height: place === undefined ? 0 : LINE * target.length });
      const top = order.find((t) => !covers(chosen, t));
      best.textContent = top === undefined ? "All are covered" : `Cover its best place, ${seen(source[top])} at ${top + 1}`;
      best.disabled = top === undefined;
      undo.disabled = !isTouched;
      verdict.textContent = tell();
    }
    const touched = () => Boolean(edits.pulled?.length || edits.covered?.some((each) => each.size));

    function tell() {
      if (!result.source.length) return "";
      const [now, was, other] = [result.target, plain.target, result.without].map(written);
      if (!touched()) return other === was ? "" : `Without attention it would write ${other || "nothing"}.`;
      return now === was ? `It still writes ${now}.` : `Untouched it writes ${was}, and now ${now}.`;
    }

    function change(name) {
      const { options } = specs.example, number = frame.places.example;
      if (name === "character") wish = frame.places.character;
      if (name === "date") {
        edits = {};
        frame.put("example", Math.max(0, options.findIndex(([, text]) => text === frame.places.date)));
      }
      if (name === "example" && number) frame.put("date", options[number][1]);
    }
    return { layout, show, change, stop: walk.stop, words: () => words({ ...values, character: chosen + 1 }, result) };
  });
}

export default { render, compute, words };
