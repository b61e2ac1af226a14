// Chapter 05: the gradient's way back, the matrix that it meets, and training. The formulas are those of seqlearn.nn.

const SIZE = 16, NOISE = 0.05, BATCH = 16, UPDATES = 150, RATE = 0.05, LONGEST = 200;
const PAGE = 10; // the gradient's axis ends at 10^10 and 10^-10
const PHI = { identity: (z) => z, tanh: Math.tanh, relu: (z) => (z > 0 || z !== z ? z : 0) };
const SLOPE = { identity: () => 1, tanh: (h) => 1 - h * h, relu: (h) => (h > 0 ? 1 : 0) };

// ---- numbers

// to[at + j] += sum over i of from[place + i] W[i, j]
function addProduct(from, place, W, to, at) {
  for (let i = 0; i < SIZE; i++) {
    const value = from[place + i];
    for (let j = 0, k = i * SIZE; j < SIZE; j++, k++) to[at + j] += value * W[k];
  }
}

// h_t = φ(x_t W_x + b + h_{t-1} W_h) for t = 0 … T, of `batch` sequences; without W_x it is the identity, and b is 0.
function forward({ W_x, W_h, b }, x, steps, batch, activation) {
  const row = batch * SIZE, h = new Float64Array((steps + 1) * row), phi = PHI[activation];
  for (let from = 0; from < steps * row; from += SIZE) {
    const to = from + row;
    h.set(W_x ? b : x.subarray(from, from + SIZE), to);
    if (W_x) addProduct(x, from, W_x, h, to);
    addProduct(h, from, W_h, h, to);
    for (let j = to; j < to + SIZE; j++) h[j] = phi(h[j]);
  }
  return h;
}

// The way back from dh, the gradient of the last states: dh_{t-1} = (φ'(h_t) · dh_t) W_hᵀ. at(t, dh) meets each of them.
// Returns the gradients of the weights, when they are wanted.
function backward({ W_h }, x, h, dh, steps, batch, activation, { weights = true, at } = {}) {
  const row = batch * SIZE, slope = SLOPE[activation], da = new Float64Array(row);
  const grads = { W_x: new Float64Array(SIZE * SIZE), W_h: new Float64Array(SIZE * SIZE), b: new Float64Array(SIZE) };
  at?.(steps, dh);
  for (let t = steps; t > 0; t--) {
    for (let j = 0; j < row; j++) da[j] = slope(h[t * row + j]) * dh[j];
    for (let place = 0; place < row; place++) { // unit i of sequence n
      const i = place % SIZE, n = place - i, input = x[(t - 1) * row + place], before = h[(t - 1) * row + place];
      let sum = 0;
      for (let j = n, k = i * SIZE; j < n + SIZE; j++, k++) sum += da[j] * W_h[k];
      dh[place] = sum;
      if (!weights) continue;
      grads.b[i] += da[place];
      for (let j = n, k = i * SIZE; j < n + SIZE; j++, k++) {
        grads.W_x[k] += input * da[j];
        grads.W_h[k] += before * da[j];
      }
    }
    at?.(t - 1, dh);
  }
  return grads;
}

// √(Σ g²) over arrays. Squares of huge and of tiny numbers would be lost: each is divided by the largest first.
function norm(...arrays) {
  const all = arrays.flatMap((array) => [...array]), largest = Math.max(...all.map(Math.abs)); // keeps NaN
  if (largest === 0 || !Number.isFinite(largest)) return largest;
  return largest * Math.sqrt(all.reduce((sum, value) => sum + (value / largest) ** 2, 0));
}

// The normal numbers that NumPy's generator draws from this state on: PCG64 (O'Neill 2014), and a ziggurat (Marsaglia and
// Tsang 2000).
const ZIGGURAT = (() => {
  const r = 3.6541528853610088, v = 0.004928673233974658, f = (x) => Math.exp(-x * x / 2), scale = 2 ** 52;
  const x = new Float64Array(256), width = new Float64Array(256), inside = new Float64Array(256);
  x[255] = r;
  for (let i = 254; i > 0; i--) x[i] = Math.sqrt(-2 * Math.log(v / x[i + 1] + f(x[i + 1])));
  for (let i = 1; i < 256; i++) [width[i], inside[i]] = [x[i] / scale, x[i - 1] / x[i] * scale];
  [width[0], inside[0]] = [v / f(r) / scale, r * f(r) / v * scale];
  return { r, width, inside, height: x.map(f) };
})();

function normals(state, increment) {
  const { r, width, inside, height } = ZIGGURAT, factor = 0x2360ed051fc65da44385df649fccf645n, mask = 0xffffffffffffffffn;
  let all = BigInt(`0x${state}`);
  const add = BigInt(`0x${increment}`);
  const next = () => { // 64 bits
    all = BigInt.asUintN(128, all * factor + add);
    const word = (all >> 64n) ^ (all & mask), turn = all >> 122n;
    return ((word >> turn) | (word << (64n - turn))) & mask;
  };
  const uniform = () => Number(next() >> 11n) / 9007199254740992;
  return () => {
    for (;;) {
      const word = next(), bottom = Number(word & 0x3ffffn), i = bottom & 255, sign = bottom & 256 ? -1 : 1;
      const place = Number((word >> 9n) & 0xfffffffffffffn), x = place * width[i];
      if (place < inside[i]) return sign * x;
      if (i && (height[i - 1] - height[i]) * uniform() + height[i] < Math.exp(-x * x / 2)) return sign * x;
      while (!i) {
        const far = -Math.log1p(-uniform()) / r, y = -Math.log1p(-uniform());
        if (2 * y > far * far) return (bottom & 131072 ? -1 : 1) * (r + far);
      }
    }
  };
}

// The task of memory: x (T, N, 16) is random at step 1 and faint noise after it.
function firstInputs(steps, batch, draw) {
  const row = batch * SIZE, x = new Float64Array(steps * row);
  for (let k = 0; k < x.length; k++) x[k] = NOISE * draw();
  for (let k = 0; k < row; k++) x[k] = draw();
  return x;
}

const drawn = new Map(); // the first numbers of a generator, which every setting begins with
function inputs(steps, { state, increment }) {
  if (!drawn.has(state)) drawn.set(state, Float64Array.from({ length: (LONGEST + 1) * SIZE }, normals(state, increment)));
  let k = 0;
  return firstInputs(steps, 1, () => drawn.get(state)[k++]);
}

function compute({ radius, steps, activation, start }, data, { weights = true } = {}) {
  const { matrix, s_max, real, imaginary } = data.starts[start];
  const x = inputs(steps, data), params = { W_h: Float64Array.from(matrix, (value) => radius * value) }, norms = [];
  const h = forward(params, x, steps, 1, activation), at = (t, dh) => { norms[t] = norm(dh); };
  const grads = backward(params, x, h, Float64Array.from(data.readout), steps, 1, activation, { weights, at });
  const eigenvalues = real.map((value, k) => [radius * value, radius * imaginary[k]]);
  return { norms, s_max: radius * s_max, eigenvalues, weightNorm: weights && norm(grads.W_x, grads.W_h, grads.b) };
}

// One training for each limit, on the same inputs; every turn is one update, and gives the losses so far.
function* training({ radius, steps, activation, start }, limits, data) {
  const draw = normals(data.state, data.increment);
  const runs = limits.map(() => ({ losses: [], params: {
    W_x: Float64Array.from({ length: SIZE * SIZE }, (_, k) => (k % (SIZE + 1) ? 0 : 1)),
    W_h: Float64Array.from(data.starts[start].matrix, (value) => radius * value),
    b: new Float64Array(SIZE), readout: Float64Array.from(data.readout) } }));
  const isAlive = ({ losses }) => !losses.length || Number.isFinite(losses.at(-1));
  for (let update = 0; update < UPDATES && runs.some(isAlive); update++) {
    const x = firstInputs(steps, BATCH, draw);
    runs.forEach((run, k) => isAlive(run) && step(run, x, steps, activation, limits[k]));
    yield runs.map(({ losses }) => losses);
  }
}

function step({ losses, params }, x, steps, activation, limit) {
  const h = forward(params, x, steps, BATCH, activation), last = h.subarray(steps * BATCH * SIZE);
  const errors = Array.from({ length: BATCH }, (_, n) =>
    params.readout.reduce((sum, weight, j) => sum + last[n * SIZE + j] * weight, -x[n * SIZE]));
  losses.push(errors.reduce((sum, error) => sum + error ** 2, 0) / BATCH);
  if (!Number.isFinite(losses.at(-1))) return;
  const dh = Float64Array.from(last, (_, k) => 2 / BATCH * errors[Math.floor(k / SIZE)] * params.readout[k % SIZE]);
  const readout = params.readout.map((_, j) => errors.reduce((sum, e, n) => sum + 2 / BATCH * e * last[n * SIZE + j], 0));
  const grads = { ...backward(params, x, h, dh, steps, BATCH, activation), readout };
  const size = norm(...Object.values(grads)), factor = size > limit && Number.isFinite(size) ? limit / size : 1;
  for (const name in params) grads[name].forEach((value, k) => { params[name][k] -= RATE * (factor * value); });
}

// ---- words, the same as in Python

function short(number) {
  if (!Number.isFinite(number)) return Number.isNaN(number) ? "NaN" : number > 0 ? "∞" : "−∞";
  const size = Math.abs(number);
  if (number === 0 || (size >= 0.01 && size < 1000)) {
    return size < 99.5 ? String(Number(rounded(number, 1, "toExponential"))) : rounded(number, 0);
  }
  const [mantissa, exponent] = rounded(number, 1, "toExponential").split("e");
  return `${mantissa}·10${superscript(Number(exponent))}`;
}

function fate(norms) {
  const steps = norms.length - 1, last = norms[0], peak = norms.indexOf(Math.max(...norms));
  if (!Number.isFinite(last)) return `On its way back to step 0 the gradient becomes ${last > 0 ? "infinite" : "NaN"}.`;
  if (last === 0) return `The gradient is exactly 0 at step ${norms.lastIndexOf(0)} and before it: nothing of it arrives.`;
  const [large, small] = last < 0.1 || last > 10 ? ["explodes", "vanishes"] : ["grows", "shrinks"];
  const sentence = last >= 0.5 && last <= 2
    ? `The gradient arrives at step 0 with norm ${short(last)}: about the size it had.`
    : `The gradient ${last > 1 ? large : small}: norm 1 at step ${steps}, ${short(last)} at step 0, `
      + `a factor of ${rounded(last ** (1 / steps), 2)} a step.`;
  return norms[peak] > 3 * Math.max(1, last)
    ? `${sentence} On the way it reaches ${short(norms[peak])} at step ${peak}.` : sentence;
}

const isOutside = ([real, imaginary]) => Math.hypot(real, imaginary) > 1 + 1e-9;

function trainingWords(losses, clip) {
  const names = ["without clipping", `clipped at ${clip}`];
  return losses.map((run, k) => Number.isFinite(run.at(-1))
    ? `${names[k]}: from ${short(run[0])} to ${short(run.slice(-10).reduce((a, b) => a + b) / run.slice(-10).length)}`
    : `${names[k]}: ${short(run.at(-1))} at update ${run.length - 1}`);
}

function words({ radius, steps, activation, start, clip }, { norms, s_max, eigenvalues, weightNorm }, losses) {
  const clipping = !Number.isFinite(clip) ? "not clipped"
    : weightNorm > clip ? `clipped to ${clip}` : `left as it is by clipping at ${clip}`;
  const end = losses ? `Training, loss (the first, and the last 10 on average) ${trainingWords(losses, clip).join("; ")}.`
    : `The gradient of W_x, W_h and b has norm ${short(weightNorm)}, ${clipping}.`;
  return `${start[0].toUpperCase()}${start.slice(1)} start, ${activation}, ${steps} steps, spectral radius `
    + `${rounded(radius, 2)}, s_max ${rounded(s_max, 2)}, ${eigenvalues.filter(isOutside).length} of `
    + `${eigenvalues.length} eigenvalues outside the unit circle. ${fate(norms)} ${end}`;
}

// ---- the page

const powers = (list) => list.map((n) => [n, n ? `10${superscript(n)}` : "1"]);
const CELLS = Array.from({ length: 25 * 61 }, (_, k) => ({ steps: 8 + 8 * Math.floor(k / 61), radius: k % 61 / 20 }));
const exponent = (value, page = 1e4) => clamp(Math.log10(value), -page, page);
const thick = (size) => Math.min(26, 4 * (size || 0) ** 0.25); // of an arrow: the fourth root fits on a page

function render(host) {
  return live(host, (frame) => {
    const { root, specs } = frame;
    let values, result, losses, run, guess, ghosts = [], at = 0, score = [0, 0], map, mapping, wide, side;
    const look = (step) => { at = Math.round(step); frame.draw(); };
    const walk = player("step t that is looked at", () => ({ from: values.steps, to: 0, seconds: 3 }), look, { step: 1 });
    const keep = () => { ghosts = [...ghosts.slice(-2), { ...result, ...values }]; frame.draw(); };
    const clear = () => { [ghosts, guess] = [[], undefined]; frame.draw(); };
    const ask = () => {
      walk.stop();
      if (isHidden()) tell(); else guess = { middle: 0, first: 0 };
      frame.draw();
    };
    const isHidden = () => Boolean(guess && !guess.told);

    function tell() { // how far off the prediction was, in powers of ten
      const off = Math.abs(guess.first - Math.log10(result.norms[0]));
      const far = Number.isFinite(off) ? rounded(off, 1) : "more than all";
      score = [score[0] + (off <= 1), score[1] + 1];
      guess.told = `You said ${short(10 ** guess.first)} at step 0, and it is ${short(result.norms[0])}: ${far} `
        + `powers of ten off (${score[0]} of ${score[1]} within one).`;
      walk.play();
    }
    const setRadius = (radius) => frame.put("radius", toStep(radius, specs.radius));
    const setSteps = (steps) => frame.put("steps", toStep(steps, specs.steps));

    function show() {
      const data = frame.data()[frame.places.seed], { width } = frame;
      wide = width < 680 ? width : Math.round(width * 0.63);
      side = width < 680 ? width : width - wide - 24;
      if (!data) return void draw(); // on its way from the kernel
      values = frame.values();
      result = compute(values, data);
      at = Math.min(at, values.steps);
      root.classList.toggle("hiding", isHidden());
      measure(data);
      draw();
    }
    const draw = () => frame.tell(Object.keys(specs).map(frame.control), [flow(), plane(), train(), chart()]);

    // What the first panel shows, where that is out of sight.
    const soFar = () => (wide === side && !isHidden() ? ` (${short(result.norms[0])} at step 0)` : "");

    function flow() {
      const { norms, s_max } = result, { steps, radius } = values;
      const box = axes({ left: 46, right: wide - 14, top: 76, bottom: 306 }, { x: [0, 1], y: [-PAGE, PAGE],
        yTicks: powers([-9, -6, -3, 0, 3, 6, 9]), xTicks: [0, 0.25, 0.5, 0.75, 1].map((n) => [n, ""]),
        xLabel: "⟵ back from the loss at step T to step 0" }), { x, y } = box;
      const place = (value) => y(clamp(exponent(value), -PAGE - 2, PAGE + 2));
      const curve = (name, list) => line(name, list.map((value, k) => // as many steps back
        [x((steps - list.length + 1 + k) / steps), place(value)]));
      const straight = (name, factor) => { // as far as the page goes
        const slope = steps * exponent(factor), first = Math.min(1, (PAGE + 2) / Math.abs(slope));
        return line(name, [[x(1 - first), y(slope * first)], [x(1), y(0)]]);
      };
      const size = norms[at], across = x(at / steps), height = clamp(place(size) || y(PAGE), 76, 306);
      const isOn = Math.abs(exponent(size)) <= PAGE;
      const now = `${isOn ? "" : "off the page: "}${size === 0 ? "exactly 0" : short(size)} at step ${at}`;
      const room = 7 * now.length, isMiddle = room > Math.max(across, wide - across);
      const beside = across + room < wide ? { x: across + 10 } : { x: across - 10, ...end };
      const aside = isMiddle ? { x: wide / 2, ...middle } : beside;
      const lowest = wide > 560 ? 300 : wide > 420 ? 274 : 238; // where words stand: the legend is below
      const said = clamp(height - 10, 92, Math.min(278, lowest)), heights = across < x(0) + 240 ? [said] : [];
      const kept = (old) => { // its words keep clear of the legend and of each other
        let height = clamp(place(old.norms[Math.max(0, old.steps - steps)]) + 16, 90, lowest);
        for (const aside = height > 190 ? -15 : 15; heights.some((other) => Math.abs(other - height) < 15);) height += aside;
        heights.push(height);
        return [curve("ghost", old.norms), ["text", { class: "halo ghost", x: x(0) + 6, y: height },
          `${old.radius.toFixed(2)} ${old.start}, ${old.activation}, T ${old.steps}, seed ${old.seed}`]];
      };
      const legend = ([name, words], k) => {
        const [left, y] = wide > 420 ? [wide - 318 + 96 * k, 292] : [56, 256 + 18 * k];
        return [line(name, [[left, y], [left + 22, y]]), ["text", { class: "halo", x: left + 27, y: y + 4 }, words]];
      };
      const handle = (name, share, words) => {
        const put = (n) => { guess[name] = clamp(Math.round(n * 10) / 10, -PAGE, PAGE); frame.draw(); };
        const now = [guess[name], -PAGE, PAGE, short(10 ** guess[name])];
        return ["g", { class: "grasp" }, ["rect", { class: "catch", x: x(share) - 25, y: 76, width: 50, height: 230 }],
          ["circle", { r: 9, cx: x(share), cy: y(guess[name]),
            ...grip(`the gradient's norm that you expect ${words}, as a power of ten`, now,
              { move: (_, height) => put(box.fromY(height)), turn: (dx, dy) => put(guess[name] + (dx || dy) * 0.5) }) }]];
      };
      const verdict = guess ? guess.told ?? "Drag the two handles to where you expect the curve, then press See." : "";
      const row = ["div", { class: "row" },
        ...walk.parts(at, steps, `step ${at}: ${isHidden() ? "hidden" : short(size)}`), button("Keep this curve", keep),
        button("Clear", clear), button(isHidden() ? "See" : "Predict first", ask)];
      return panel("The gradient's way back: its norm ‖∂L/∂hₜ‖ at every step t", { style: `width: ${wide}px` },
        "unrolled network and the gradient's norm at every step", wide, 360, [...box.parts,
        ...[0, 0.5, 1].map((share) => ["text", { x: x(share), y: 322, ...middle }, steps * share]),
        network(x), box.clipped(...ghosts.flatMap(kept)),
        ["g", { class: "answer" },
          box.clipped(straight("bound", s_max), straight("rate", radius),
            curve("faint", norms.map((value, t) => (t > at ? NaN : value))),
            curve("flow", norms.map((value, t) => (t < at ? NaN : value)))),
          ["line", { class: "cursor", x1: across, x2: across, y1: 34, y2: 306 }],
          ["circle", { class: "dot", r: 6, cx: across, cy: height }],
          ["text", { class: "halo gradient", y: said, ...aside }, now],
          ...[["flow", "measured"], ["rate", "rate ρᵀ⁻ᵗ"], ["bound", "bound sₘₐₓᵀ⁻ᵗ"]].flatMap(legend)],
        guess && ["g", {}, line("guess", [[x(0), y(guess.first)], [x(0.5), y(guess.middle)], [x(1), y(0)]]),
          handle("middle", 0.5, "halfway"), handle("first", 0, "at step 0")]], row, ["p", { class: "verdict" }, verdict]);
    }

    function network(x) { // circles for some of the states, and between them arrows as thick as the gradient
      const { norms } = result, { steps } = values, r = 9;
      const count = Math.min(steps, Math.max(4, Math.floor((wide - 60) / 44)));
      const states = Array.from({ length: count + 1 }, (_, k) => Math.round(k * steps / count));
      const arrow = (t, k) => {
        const [from, to] = [x(states[k + 1] / steps) - r - 1, x(t / steps) + r + 1];
        const [a, b] = [thick(norms[states[k + 1]]) / 2, thick(norms[t]) / 2];
        const head = to + Math.min(4 + b, (from - to) / 2), wing = 1.25 * b + 1.5;
        return [["line", { class: "forward", x1: from, x2: to }],
          b && ["path", { class: `arrow answer${states[k + 1] <= at ? " later" : ""}`,
            d: `M${from} ${-a}L${head} ${-b}V${-wing}L${to} 0L${head} ${wing}V${b}L${from} ${a}z` }]];
      };
      return ["g", { transform: "translate(0 34)" }, ...states.slice(0, -1).flatMap(arrow),
        ...states.map((t) => ["circle", { class: "node", cx: x(t / steps), r }]),
        ["text", { x: x(0) - 9, y: 34 }, "h₀"], ["text", { x: x(1) + 12, y: 34, ...end }, "loss L"]];
    }

    function plane() {
      const half = Math.min(side - 60, 290) / 2, { radius } = values;
      const { x, y, parts } = axes({ left: side / 2 - half + 14, right: side / 2 + half + 14, top: 8, bottom: 8 + 2 * half },
        { x: [-3.2, 3.2], y: [-3.2, 3.2], xTicks: [-2, 0, 2], yTicks: [-2, 0, 2], xLabel: "real part" });
      const [cx, cy, unit] = [x(0), y(0), x(1) - x(0)];
      const those = (test) => result.eigenvalues.filter(test).map(([real, imaginary]) => [x(real), y(imaginary)]);
      return panel(`Eigenvalues of Wₕ: drag the ring${soFar()}`, { style: `width: ${side}px` },
        "eigenvalues in the complex plane", side, 2 * half + 48, [...parts,
        ["circle", { class: "unit", cx, cy, r: unit }], ["circle", { class: "line rate", cx, cy, r: x(radius) - cx }],
        marks("inside", those((each) => !isOutside(each)), DOT(4)), marks("outside", those(isOutside), DIAMOND(6)),
        ["circle", { r: 8, cx: x(0.6 * radius), cy: y(0.8 * radius),
          ...grip("spectral radius, the circle through the outermost eigenvalue", [radius, 0, 3, radius.toFixed(2)],
            { move: (left, top) => setRadius(Math.hypot(left - cx, top - cy) / unit),
              turn: (dx, dy) => setRadius(radius + (dx || dy) * 0.05) }) }]]);
    }

    function measure(data) { // the gradient at step 0 for the map, a few cells a frame: the drag goes on meanwhile
      const { activation, start, seed } = values, key = [activation, start, seed].join(), sizes = [];
      if (map?.key === key) return;
      map = { key, sizes };
      cancelAnimationFrame(mapping);
      const tick = () => {
        for (const until = performance.now() + 5; sizes.length < CELLS.length && performance.now() < until;) {
          const cell = { ...CELLS[sizes.length], activation, start };
          sizes.push(compute(cell, data, { weights: false }).norms[0]);
        }
        draw();
        if (sizes.length < CELLS.length) mapping = requestAnimationFrame(tick);
      };
      tick();
    }

    function chart() {
      const { radius, steps } = values;
      const { x, y, fromX, fromY, parts } = axes({ left: 46, right: side - 14, top: 8, bottom: 186 }, { x: [-0.025, 3.025],
        y: [4, 204], xTicks: [0, 1, 2, 3], yTicks: [8, 100, 200], xLabel: "spectral radius ρ" });
      const cx = x(radius), cy = y(steps), across = (n) => Math.round(x(n)), up = (n) => Math.round(y(n));
      const cell = (value, k) => { // red where it explodes, blue where it vanishes
        const { radius, steps } = CELLS[k], size = Number.isNaN(value) ? PAGE : exponent(value, PAGE);
        const left = across(radius - 0.025), top = up(steps + 4);
        return ["rect", { x: left, y: top, width: across(radius + 0.025) - left, height: up(steps - 4) - top,
          style: `fill: var(--${size > 0 ? "gradient" : "state"}); fill-opacity: ${(Math.abs(size) / PAGE) ** 0.6}` }];
      };
      return panel(`Gradient at step 0, blue small, red large: drag the ring${soFar()}`, { style: `width: ${side}px` },
        "map of the gradient at step 0", side, 232, [...parts,
        ["text", { x: 10, y: 100, transform: "rotate(-90 10 100)", ...middle }, "length T"],
        ["g", { class: "answer cells" }, ...map.sizes.map(cell)],
        ["path", { class: "cross", d: `M${cx} 8V186M46 ${cy}H${x(3.025)}` }],
        ["circle", { r: 8, cx, cy,
          ...grip("spectral radius and length", [radius, 0, 3, `radius ${radius.toFixed(2)}, ${steps} steps`],
            { move: (left, top) => { setRadius(fromX(left)); setSteps(fromY(top)); },
              turn: (dx, dy) => { setRadius(values.radius + 0.05 * dx); setSteps(values.steps + 4 * dy); } }) }]]);
    }

    function train() { // the axis grows with the run; a run whose loss is no longer finite ends with a cross
      const longest = Math.max(10, ...(losses ?? []).map((each) => each.length)), right = wide - 14;
      const { x, y, parts } = axes({ left: 46, right, top: 8, bottom: 186 }, { x: [0, longest], y: [-3, 13],
        yTicks: powers([0, 4, 8, 12]), xTicks: [0, Math.round(longest / 2), longest], xLabel: "update" });
      const curve = (each, k) => {
        const name = k ? "clipped" : "free", last = each.length - 1;
        const points = each.map((loss, u) => [x(u), y(Number.isNaN(loss) ? 13 : clamp(exponent(loss), -3, 13))]);
        const dead = { class: "dead", x: x(last), y: 8, width: right - x(last), height: 178 };
        const burst = { class: "line burst", d: `M${points[last][0] - 7} 1l14 14m0-14l-14 14` };
        return [...(Number.isFinite(each[last]) ? [] : [["rect", dead], ["path", burst]]),
          line(name, points),
          ["text", { class: `halo ${name}`, x: right - 8, y: 28 + 20 * k, ...end }, trainingWords(losses, values.clip)[k]]];
      };
      const hint = ["text", { x: (46 + right) / 2, y: 100, ...middle }, "press Train"];
      return panel("Training: loss before each update", { class: "train", style: `width: ${wide}px` },
        "training losses", wide, 232, [...parts, ...(losses?.flatMap(curve) ?? [hint])]);
    }

    function press() {
      values = frame.values();
      const limits = Number.isFinite(values.clip) ? [Infinity, values.clip] : [Infinity];
      const turns = training(values, limits, frame.data()[values.seed]), tick = () => {
        const { value, done } = turns.next();
        losses = value ?? losses;
        draw();
        run = done ? 0 : requestAnimationFrame(tick);
        if (done) frame.draw();
      };
      cancelAnimationFrame(run);
      tick();
    }
    function change(name) {
      if (name === "train") return;
      cancelAnimationFrame(run);
      [run, losses, at] = [0, undefined, walk.isPlaying() ? at : 0];
      if (guess?.told) guess = undefined;
    }
    return {
      show, press, change, stop: () => { walk.stop(); for (const each of [run, mapping]) cancelAnimationFrame(each); },
      words: () => (isHidden() ? "The answer is hidden until you press See." : words(values, result, !run && losses)),
    };
  });
}

export default { render, compute, training, words };
