// Chapter 06: a memory of one number on a belt, three gates at each of four stations, and a plain belt beside it.

const GATES = { i: "input", f: "forget", o: "output" }, STATIONS = [2.02, 4.32, 6.62, 8.92], DOOR = 1.02, WIDE = 0.86;
const BELT = 150, PLAIN = 338, SMALL = "₁₂₃₄", MOST = 0.99, LONG = 50; // in the puzzle

// ---- numbers

// c_t = f c_{t-1} + i g over four stations, the third of them `repeats` times; h_t = w h_{t-1} + g without gates.
// kept[t] is ∂c_{t+1}/∂c_1, back[t] is ∂c_T/∂c_t, and share what the first arrival adds to the last reading.
function ride(values, { arrivals, start }, w = 0.9) {
  const order = [0, 1, ...Array(values.repeats).fill(2), 3], c = [start], h = [start], read = [], kept = [], steps = order.length;
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
const percent = (share) => (share > 0.9995 ? "all" : share > 0 && share < 0.01 ? "less than 1 %" : `${rounded(100 * share, 0)} %`);

const lastSteps = (repeats) => [1, 2, 2 + repeats, 3 + repeats]; // the steps after which the stations are shown
function words({ repeats }, { arrivals, start }, { c, read, kept }) {
  const last = lastSteps(repeats), list = (numbers) => numbers.map(short).join(", ");
  return `The belt starts with ${short(start)}; ${list(arrivals)} arrive. Step 3 lasts ${repeats} step${repeats > 1 ? "s" : ""}. `
    + `On the belt after each station: ${list(last.map((t) => c[t]))}; read: ${list(last.map((t) => read[t - 1]))}. `
    + `Of what was on the belt after step 1, ${percent(kept.at(-1))} is left at the end.`;
}

// ---- the page

function render(host) {
  return live(host, (frame) => {
    const { bar, body, specs } = frame, parts = {};
    let values, result, at, w = 0.9, puzzle = false, unit;
    const most = () => (puzzle ? MOST : 1), look = (place) => { at = place; frame.draw(); };
    frame.control("repeats");
    const ends = () => 2 * values.repeats + 5; // there with the cargo, T steps, and back to step 1 with the gradient
    const walk = player(bar, "where the ride is", () => ({ from: 0, to: ends(), seconds: 4 + 0.04 * ends() }), look);
    const box = html(bar, "label", {}, "w of the plain belt "), slider = html(box, "input", { type: "range", max: 1.2, step: 0.01 });
    slider.value = w;
    slider.addEventListener("input", () => { w = Number(slider.value); frame.draw(); });
    button(bar, "Puzzle: get the 3 out", () => {
      puzzle = !puzzle;
      if (puzzle) for (const name of Object.keys(specs)) frame.put(name, name === "repeats" ? LONG : 0.5);
      frame.draw();
    });
    const belt = html(body, "div", { class: "belt" }), verdict = html(body, "p", { class: "verdict" });
    const left = frame.panel("The cell state over time"), right = frame.panel("∂cₜ/∂c₁ = product of f");

    function layout(width) {
      const wide = Math.max(640, width), one = picture(belt, "the belt with its gates", wide, 394), middle = { "text-anchor": "middle" };
      unit = wide / 9.6;
      for (const y of [BELT, PLAIN]) svg(one, "line", { class: "lane", x1: 0, x2: wide, y1: y, y2: y });
      svg(one, "text", { x: 0, y: PLAIN + 46 }, "A plain belt, hₜ = w hₜ₋₁ + xₜ: one w for all steps, and all that arrives is added.");
      Object.assign(parts, { pipes: {}, doors: {}, titles: [], arrivals: [], cargo: [], readings: [], plain: [], times: [], sums: [] });
      const end = STATIONS[2] * unit, top = BELT - 70, back = end - 1.72 * unit;
      parts.loop = svg(one, "path", { class: "loop", d: `M${end} ${BELT - 20}C${end} ${top} ${back} ${top} ${back} ${BELT - 8}` });
      parts.begin = [BELT, PLAIN].map((y) => number(one, Math.max(25, 0.26 * unit), y, "circle state"));
      STATIONS.forEach((place, k) => {
        const x = place * unit, door = (place - DOOR) * unit, before = k ? (STATIONS[k - 1] + 0.4) * unit : 0.5 * unit;
        parts.titles.push(svg(one, "text", { class: "tick", x, y: 10, ...middle }));
        for (const [gate, from, gateAt, to] of [["i", [x, 64], [x, 95], [x, BELT - 22]], ["o", [x, BELT + 22], [x, 206], [x, 246]],
          ["f", [before, BELT], [door, BELT], [x - 0.4 * unit, BELT]]]) {
          svg(one, "path", { class: `stream ${GATES[gate]}`, d: path([from, gateAt]) });
          parts.pipes[gate + (k + 1)] = svg(one, "path", { class: `pipe ${GATES[gate]}`, d: path([gateAt, to]) });
          gateway(one, gate, k, ...gateAt);
        }
        for (const [name, y, kind] of [["arrivals", 40, "circle input"], ["cargo", BELT, "crate"], ["readings", 262, "circle output"],
          ["plain", PLAIN, "crate"]]) parts[name].push(number(one, x, y, kind));
        parts.times.push(svg(one, "text", { x: door, y: PLAIN + 5, ...middle }));
        parts.sums.push(svg(one, "text", { class: "input", x, y: PLAIN - 27, ...middle }));
      });
      parts.rider = number(one, 0, 0, "crate rider");
      [parts.pellet, parts.grade] = [svg(one, "circle", { class: "pellet" }), svg(one, "text", { class: "halo gradient" })];
      const first = width < 640 ? width : Math.round(width * 0.58), second = width < 640 ? width : width - first - 24;
      parts.left = picture(left, "the cell state over time", first, 226);
      parts.right = picture(right, "product of the forget gates", second, 226);
    }

    function number(parent, x, y, kind) { // a circle or a crate with a number in it
      const group = svg(parent, "g", { class: kind, transform: `translate(${x} ${y})` });
      if (kind.startsWith("crate")) svg(group, "rect", { x: -0.36 * unit, y: -20, width: 0.72 * unit, height: 40, rx: 7 });
      else svg(group, "circle", { r: Math.min(24, 0.3 * unit) });
      return { group, text: svg(group, "text", { "text-anchor": "middle", y: 5 }) };
    }

    function gateway(parent, gate, k, x, y) { // moving by a pixel moves it by a hundredth, wherever it is taken hold of
      const name = gate + (k + 1), width = WIDE * unit, size = { height: 30, rx: 5 };
      const group = svg(parent, "g", { transform: `translate(${x - width / 2} ${y - 15})` });
      svg(group, "rect", { class: "door", width, ...size });
      const open = svg(group, "rect", { class: "open", ...size });
      const text = svg(group, "text", { x: width / 2, y: 20, "text-anchor": "middle" });
      const put = (value) => frame.put(name, Math.min(most(), toStep(value, specs[name])));
      let from;
      grip(group, group, { label: `${GATES[gate]} gate of station ${k + 1}`, picture: parent,
        move: (along, _, begins) => { if (begins) from = [along, values[name]]; else put(from[1] + (along - from[0]) / 100); },
        turn: (dx, dy) => put(values[name] + (dx || dy) * specs[name].step) });
      parts.doors[name] = { group, open, text, sign: gate + SMALL[k] };
    }

    function where(step) { // of the belt at this time: through the gate to the next station, or round and through again
      const t = clamp(Math.ceil(step) - 1, 0, result.order.length - 1), share = step - t, k = result.order[t];
      const again = t > 0 && result.order[t - 1] === k, end = STATIONS[k], turn = again ? clamp(share / 0.4, 0, 1) : 1;
      const begin = again ? end - 1.72 : k ? STATIONS[k - 1] : 0.26, onward = again ? (share - 0.4) / 0.6 : share;
      const x = turn < 1 ? end + (begin - end) * turn : begin + (end - begin) * onward;
      return { t, k, isPast: x > end - DOOR && turn === 1, x: x * unit, y: BELT - (turn < 1 ? 46 * Math.sin(Math.PI * turn) : 0) };
    }

    function show() {
      const data = frame.data(), { arrivals } = data;
      values = frame.values();
      if (puzzle) {
        for (const name of Object.keys(parts.doors)) frame.put(name, values[name] = Math.min(values[name], MOST));
        frame.put("repeats", values.repeats = LONG);
      }
      result = ride(values, data, w);
      const { c, h, read } = result, { repeats } = values, last = lastSteps(repeats), steps = repeats + 3;
      at = Math.min(at ?? ends(), ends());
      walk.show(at, ends(), at < steps ? `step ${Math.ceil(at)}` : `back at step ${Math.ceil(2 * steps - at)}`);
      for (const [name, { group, open, text, sign }] of Object.entries(parts.doors)) {
        set(open, { width: WIDE * unit * values[name] });
        tellValue(group, values[name], 0, most(), values[name].toFixed(2));
        text.textContent = `${sign} ${values[name].toFixed(2)}`;
        set(parts.pipes[name], { "stroke-width": Math.max(0.01, 8 * values[name]) });
      }
      parts.begin.forEach(({ text }, k) => { text.textContent = short([c, h][k][0]); });
      parts.loop.style.display = repeats > 1 ? "" : "none";
      const titles = ["step 1", "step 2", repeats > 1 ? `steps 3–${2 + repeats}` : "step 3", `step ${3 + repeats}`];
      last.forEach((step, k) => {
        const shown = Math.min(step, Math.floor(at)), isLater = shown < (k ? last[k - 1] + 1 : 1);
        parts.titles[k].textContent = titles[k];
        parts.arrivals[k].text.textContent = short(arrivals[k]);
        parts.times[k].textContent = `× ${w.toFixed(2)}`;
        parts.sums[k].textContent = `${arrivals[k] < 0 ? "−" : "+"} ${short(Math.abs(arrivals[k]))}`;
        for (const [each, value] of [[parts.cargo[k], c[shown]], [parts.readings[k], read[shown - 1]], [parts.plain[k], h[shown]]]) {
          each.text.textContent = isLater ? "" : short(value);
          each.group.classList.toggle("later", isLater);
        }
      });
      showRide(steps);
      showCurves(steps);
      verdict.textContent = puzzle ? tell(read.at(-1), result.share) : "";
    }

    function showRide(steps) { // the cargo on its way, or the gradient on its way back
      const { c, back } = result, isThere = at < steps, { t, k, isPast, x, y } = where(isThere ? at : 2 * steps - at);
      parts.rider.group.style.display = isThere ? "" : "none";
      for (const each of [parts.pellet, parts.grade]) each.style.display = isThere ? "none" : "";
      set(parts.rider.group, { transform: `translate(${x} ${y})` });
      parts.rider.text.textContent = short(isPast ? values[`f${k + 1}`] * c[t] : c[t]);
      const size = back[isPast ? t + 1 : t], lane = y + (y === BELT ? 22 : 0), end = k === 3;
      set(parts.pellet, { cx: x, cy: lane, r: size > 0 ? 3 + 11 * Math.sqrt(size) : 0 });
      set(parts.grade, { x: x + (end ? -14 : 14), y: lane + 18, "text-anchor": end ? "end" : "start" });
      parts.grade.textContent = size === 0 ? "nothing of the gradient" : `gradient ${size < 0.005 ? "under 0.01" : short(size)}`;
    }

    function showCurves(steps) {
      const { c, h, read, kept } = result, low = Math.min(0, ...c, ...read), high = Math.max(1, ...c, ...read);
      const range = high - low, room = 0.12 * range, power = 10 ** Math.floor(Math.log10(range / 2));
      const notch = power * [1, 2, 5, 10].find((n) => range / (n * power) <= 6);
      const marks = [...new Set([0, 0.25, 0.5, 0.75, 1].map((share) => Math.round(share * steps)))].map((n) => [n, n]);
      const yTicks = Array.from({ length: 13 }, (_, k) => (Math.ceil(low / notch) + k) * notch).filter((n) => n <= high + room);
      const shape = { dot: "m-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0", diamond: "m0-5l5 5l-5 5l-5-5z" };
      const frameOf = (made, y, ticks, xTicks, from, xLabel) => {
        made.replaceChildren();
        return axes(made, { left: 46, right: made.getAttribute("width") - 10, top: 8, bottom: 166 },
          { x: [from, steps + 0.5], y, xTicks, yTicks: ticks, xLabel });
      };
      const draw = (parent, { x, y }, list, first, name, sign, line = true) => {
        const points = list.map((value, t) => [x(t + first), y(clamp(value, -1e4, 1e4))]);
        if (line) svg(parent, "path", { class: `line ${name}`, d: path(points) });
        if (sign) svg(parent, "path", { class: `dots ${name}`, d: points.map((point) => `M${point}${shape[sign]}`).join("") });
      };
      const one = frameOf(parts.left, [low - room, high + room], yTicks.map((n) => [n, short(n)]), marks, -0.5, "step");
      const inside = clipped(parts.left, one), now = one.x(at <= steps ? at : 2 * steps - at);
      draw(inside, one, h, 0, "ghost");
      draw(inside, one, c, 0, "state", "dot");
      draw(inside, one, read, 1, "output", "diamond", false);
      svg(inside, "line", { class: "cursor", x1: now, x2: now, y1: 8, y2: 166 });
      [["state", "belt, c"], ["output", "read, o · c"], ["ghost", "plain, h"]].forEach(([name, text], k) =>
        svg(parts.left, "text", { class: `halo ${name}`, x: 42 + 94 * k, y: 219 }, `● ${text}`));
      const two = frameOf(parts.right, [-0.05, 1.08], [0, 0.5, 1].map((n) => [n, n]), marks.slice(1), 0.5, "step t");
      draw(parts.right, two, kept, 1, "gradient", "dot");
    }

    function tell(out, share) { // the puzzle has many answers; the best of them bring the most of the 3 itself
      const sum = `${short(out)} comes out at the end. Of it, ${short(share)} is the 3 of step 1, `
        + `${short(out - share)} other numbers.`;
      if (Math.abs(out - 3) > 0.05) return `No gate opens further than ${MOST}, and 3 should come out. ${sum}`;
      const isMost = share > 3 * MOST ** (LONG + 4) - 0.005;
      return `Solved: ${sum} ${isMost ? "More of the 3 itself cannot arrive." : "Can you bring more of the 3 itself?"}`;
    }
    return { layout, show, stop: walk.stop, change() { if (!walk.isPlaying()) at = undefined; },
      words: () => words(values, frame.data(), result) };
  });
}

export default { render, ride, words };
