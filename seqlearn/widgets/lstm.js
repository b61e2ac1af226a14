// Chapter 06: a memory of one number on a belt, three gates at each of four stations, and a plain belt beside it.

const GATES = { i: "input", f: "forget", o: "output" }, STATIONS = [2.02, 4.32, 6.62, 8.92], DOOR = 1.02, WIDE = 0.86;
const BELT = 150, PLAIN = 338, SMALL = "₁₂₃₄", MOST = 0.99, LONG = 50; // in the puzzle

// ---- numbers

// c_t = f c_{t-1} + i g over four stations, the third of them `repeats` times; h_t = w h_{t-1} + g without gates.
// kept[t] is ∂c_{t+1}/∂c_1, back[t] is ∂c_T/∂c_t, and share what the first arrival adds to the last reading.
function ride(values, { arrivals, start }, w = 0.9) {
  const order = [0, 1, ...Array(values.repeats).fill(2), 3], steps = order.length;
  const c = [start], h = [start], read = [], kept = [];
  const gate = (name, t) => values[name + (order[t] + 1)];
  for (let t = 0; t < steps; t++) {
    c.push(gate("f", t) * c[t] + gate("i", t) * arrivals[order[t]]);
    h.push(w * h[t] + arrivals[order[t]]);
    read.push(gate("o", t) * c[t + 1]);
    kept.push(t ? kept[t - 1] * gate("f", t) : 1);
  }
  const back = Array(steps + 1).fill(1);
  for (let t = steps - 1; t >= 0; t--) back[t] = back[t + 1] * gate("f", t);
  return { order, c, h, read, kept, back, share: gate("o", steps - 1) * gate("i", 0) * arrivals[0] * kept.at(-1) };
}

// ---- words, the same as in Python

function short(number) {
  const size = Math.abs(number), text = rounded(number + 0, size < 10 ? 2 : size < 100 ? 1 : 0);
  return (text.includes(".") ? text.replace(/\.?0+$/, "") : text).replace(/^-0$/, "0").replace("-", "−");
}
const percent = (share) => (share > 0.9995 ? "all" : share > 0 && share < 0.01 ? "less than 1 %"
  : `${rounded(100 * share, 0)} %`);

const lastSteps = (repeats) => [1, 2, 2 + repeats, 3 + repeats]; // the steps after which the stations are shown
function words({ repeats }, { arrivals, start }, { c, read, kept }) {
  const last = lastSteps(repeats), list = (numbers) => numbers.map(short).join(", ");
  return `The belt starts with ${short(start)}; ${list(arrivals)} arrive. `
    + `Step 3 lasts ${repeats} step${repeats > 1 ? "s" : ""}. `
    + `On the belt after each station: ${list(last.map((t) => c[t]))}; read: ${list(last.map((t) => read[t - 1]))}. `
    + `Of what was on the belt after step 1, ${percent(kept.at(-1))} is left at the end.`;
}

// ---- the page

function render(host) {
  return live(host, (frame) => {
    const { specs } = frame;
    let values, result, at, w = 0.9, puzzle = false, before, held;
    const most = () => (puzzle ? MOST : 1), look = (place) => { at = place; frame.draw(); };
    const ends = () => 2 * values.repeats + 5; // there with the cargo, T steps, and back to step 1 with the gradient
    const range = () => ({ from: 0, to: ends(), seconds: 4 + 0.04 * ends() });
    const walk = player("where the ride is", range, look, { step: 0.25 });
    const oninput = ({ target }) => { w = Number(target.value); frame.draw(); };
    const pose = () => { // and the second time all is as it was
      const old = { ...frame.places };
      for (const name of Object.keys(specs)) frame.put(name, puzzle ? before[name] : name === "repeats" ? LONG : 0.5);
      [puzzle, before] = [!puzzle, old];
      frame.draw();
    };

    function show() {
      values = frame.values();
      for (const name of puzzle ? Object.keys(values) : []) {
        values[name] = name === "repeats" ? LONG : Math.min(values[name], MOST);
        frame.put(name, values[name]);
      }
      result = ride(values, frame.data(), w);
      const { width } = frame, steps = result.order.length, first = width < 640 ? width : Math.round(width * 0.58);
      at = Math.min(at ?? ends(), ends());
      const told = at < steps ? `step ${Math.ceil(at)}` : `back at step ${Math.ceil(2 * steps - at)}`;
      const slider = ["input", { type: "range", max: 1.2, step: 0.01, oninput, value: w }];
      const way = button(puzzle ? "Leave the puzzle" : "Puzzle: get the 3 out", pose);
      const verdict = puzzle ? tell(result.read.at(-1), result.share) : "";
      frame.tell([frame.control("repeats"), ...walk.parts(at, ends(), told),
        ["label", {}, ["span", {}, "w of the plain belt"], slider], way],
      [belt(Math.max(640, width), steps), ["p", { class: "verdict" }, verdict],
        ...curves(steps, first, width < 640 ? width : width - first - 24)]);
      const { x } = where(at < steps ? at : 2 * steps - at, Math.max(640, width) / 9.6);
      if (walk.isPlaying()) frame.root.querySelector(".belt").scrollLeft = x - width / 2; // where the belt is wider
    }

    function belt(wide, steps) { // with the cargo on its way, or the gradient on its way back
      const unit = wide / 9.6, { c, h, read, back } = result, { arrivals } = frame.data(), { repeats } = values;
      const last = lastSteps(repeats), third = repeats > 1 ? `steps 3–${2 + repeats}` : "step 3";
      const number = (x, y, kind, words, style = "") => ["g", { class: kind, transform: `translate(${x} ${y})`, style },
        kind.startsWith("crate") ? ["rect", { x: -0.36 * unit, y: -20, width: 0.72 * unit, height: 40, rx: 7 }]
          : ["circle", { r: Math.min(24, 0.3 * unit) }], ["text", { y: 5, ...middle }, words]];
      const gate = (kind, k, from, [x, y], to) => { // a pixel moves it by a hundredth, wherever it is taken hold of
        const name = kind + (k + 1), width = WIDE * unit, size = { height: 30, rx: 5 }, value = values[name];
        const put = (wanted) => frame.put(name, Math.min(most(), toStep(wanted, specs[name])));
        return [["path", { class: `stream ${GATES[kind]}`, d: path([from, [x, y]]) }],
          ["path", { class: `pipe ${GATES[kind]}`, d: path([[x, y], to]), "stroke-width": Math.max(0.01, 8 * value) }],
          ["g", { class: "grasp" }, ["g", { transform: `translate(${x - width / 2} ${y - 15})`,
            ...grip(`${GATES[kind]} gate of station ${k + 1}`, [value, 0, most(), value.toFixed(2)], {
              move(along, _, begins) { if (begins) held = along - 100 * value; else put((along - held) / 100); },
              turn: (dx, dy) => put(value + (dx || dy) * specs[name].step) }) },
            ["rect", { class: "door", width, ...size }], ["rect", { class: "open", width: width * value, ...size }],
            ["text", { x: width / 2, y: 20, ...middle }, `${kind + SMALL[k]} ${value.toFixed(2)}`]]]];
      };
      const station = (place, k) => {
        const x = place * unit, door = (place - DOOR) * unit, before = k ? (STATIONS[k - 1] + 0.4) * unit : 0.5 * unit;
        const shown = Math.min(last[k], Math.floor(at)), isLater = shown < (k ? last[k - 1] + 1 : 1);
        const now = (y, kind, value) => number(x, y, isLater ? `${kind} later` : kind, isLater ? "" : short(value));
        const sum = `${arrivals[k] < 0 ? "−" : "+"} ${short(Math.abs(arrivals[k]))}`;
        return [["text", { class: "tick", x, y: 10, ...middle }, k === 2 ? third : `step ${last[k]}`],
          ...gate("i", k, [x, 64], [x, 95], [x, BELT - 22]), ...gate("o", k, [x, BELT + 22], [x, 206], [x, 246]),
          ...gate("f", k, [before, BELT], [door, BELT], [x - 0.4 * unit, BELT]),
          number(x, 40, "circle input", short(arrivals[k])), now(BELT, "crate", c[shown]),
          now(262, "circle output", read[shown - 1]), now(PLAIN, "crate", h[shown]),
          ["text", { x: door, y: PLAIN + 5, ...middle }, `× ${w.toFixed(2)}`],
          ["text", { class: "input", x, y: PLAIN - 27, ...middle }, sum]];
      };
      const isThere = at < steps, { t, k, isPast, x, y } = where(isThere ? at : 2 * steps - at, unit);
      const size = back[isPast ? t + 1 : t], lane = y + (y === BELT ? 22 : 0), turn = k === 3 ? -14 : 14;
      const far = STATIONS[2] * unit, near = far - 1.72 * unit;
      const begin = Math.max(25, 0.26 * unit), onBelt = isPast ? values[`f${k + 1}`] * c[t] : c[t];
      return panel("Drag a gate: it opens to the right", { class: "belt" }, "the belt with its gates", wide, 394, [
        ...[BELT, PLAIN].map((y) => ["line", { class: "lane", x1: 0, x2: wide, y1: y, y2: y }]),
        ["text", { x: 0, y: PLAIN + 46 },
          "A plain belt, hₜ = w hₜ₋₁ + xₜ: one w for all steps, and all that arrives is added."],
        repeats > 1 && ["path", { class: "loop", d: `M${far} 130C${far} 80 ${near} 80 ${near} 142` }],
        number(begin, BELT, "circle state", short(c[0])), number(begin, PLAIN, "circle state", short(h[0])),
        ...STATIONS.flatMap(station), number(x, y, "crate rider", short(onBelt), isThere ? "" : "display: none"),
        ...isThere ? [] : [["circle", { class: "pellet", cx: x, cy: lane, r: size > 0 ? 3 + 11 * Math.sqrt(size) : 0 }],
          ["text", { class: "halo gradient", x: x + turn, y: lane + 18, "text-anchor": turn < 0 ? "end" : "start" },
            size === 0 ? "nothing of the gradient" : `gradient ${size < 0.005 ? "under 0.01" : short(size)}`]]]);
    }

    function where(step, unit) { // of the belt: through the gate to the next station, or round and through again
      const t = clamp(Math.ceil(step) - 1, 0, result.order.length - 1), share = step - t, k = result.order[t];
      const again = t > 0 && result.order[t - 1] === k, end = STATIONS[k], turn = again ? clamp(share / 0.4, 0, 1) : 1;
      const begin = again ? end - 1.72 : k ? STATIONS[k - 1] : 0.26, onward = again ? (share - 0.4) / 0.6 : share;
      const x = turn < 1 ? end + (begin - end) * turn : begin + (end - begin) * onward;
      const y = BELT - (turn < 1 ? 46 * Math.sin(Math.PI * turn) : 0);
      return { t, k, isPast: x > end - DOOR && turn === 1, x: x * unit, y };
    }

    function curves(steps, first, second) {
      const { c, h, read, kept } = result, low = Math.min(0, ...c, ...read), high = Math.max(1, ...c, ...read);
      const range = high - low, room = 0.12 * range, power = 10 ** Math.floor(Math.log10(range / 2));
      const notch = power * [1, 2, 5, 10].find((n) => range / (n * power) <= 6);
      const xTicks = [...new Set([0, 0.25, 0.5, 0.75, 1].map((share) => Math.round(share * steps)))];
      const notches = Array.from({ length: 13 }, (_, k) => (Math.ceil(low / notch) + k) * notch);
      const yTicks = notches.filter((n) => n <= high + room).map((n) => [n, short(n)]);
      const one = axes({ left: 46, right: first - 10, top: 8, bottom: 166 },
        { x: [-0.5, steps + 0.5], y: [low - room, high + room], xTicks, yTicks, xLabel: "step" });
      const two = axes({ left: 46, right: second - 10, top: 8, bottom: 166 },
        { x: [0.5, steps + 0.5], y: [-0.05, 1.08], xTicks: xTicks.slice(1), yTicks: [0, 0.5, 1], xLabel: "step t" });
      const points = ({ x, y }, list, from) => list.map((value, t) => [x(t + from), y(clamp(value, -1e4, 1e4))]);
      const state = points(one, c, 0), back = points(two, kept, 1), now = one.x(at <= steps ? at : 2 * steps - at);
      const legend = ([name, words], k) => ["text", { class: `halo ${name}`, x: 42 + 94 * k, y: 219 }, `● ${words}`];
      return [panel("The cell state over time", {}, "the cell state over time", first, 226, [...one.parts,
        one.clipped(line("ghost", points(one, h, 0)), line("state", state), marks("dots state", state, DOT(3)),
          marks("dots output", points(one, read, 1), DIAMOND(5)),
          ["line", { class: "cursor", x1: now, x2: now, y1: 8, y2: 166 }]),
        ...[["state", "belt, c"], ["output", "read, o · c"], ["ghost", "plain, h"]].map(legend)]),
      panel("∂cₜ/∂c₁ = product of f", {}, "product of the forget gates", second, 226,
        [...two.parts, line("gradient", back), marks("dots gradient", back, DOT(3))])];
    }

    function tell(out, share) { // the puzzle has many answers; the best of them bring the most of the 3 itself
      const sum = `${short(out)} comes out at the end. Of it, ${short(share)} is the 3 of step 1, `
        + `${short(out - share)} other numbers.`;
      if (Math.abs(out - 3) > 0.05) return `No gate opens further than ${MOST}, and 3 should come out. ${sum}`;
      const isMost = share > 3 * MOST ** (LONG + 4) - 0.005;
      return `Solved: ${sum} ${isMost ? "More of the 3 itself cannot arrive." : "Can you bring more of the 3 itself?"}`;
    }
    return { show, stop: walk.stop, change() { if (!walk.isPlaying()) at = undefined; },
      words: () => words(values, frame.data(), result) };
  });
}

export default { render, ride, words };
