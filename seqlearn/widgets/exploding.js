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
    if (W_x) {
      h.set(b, to);
      addProduct(x, from, W_x, h, to);
    } else h.set(x.subarray(from, from + SIZE), to);
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
    for (let n = 0; n < row && weights; n += SIZE) {
      for (let i = 0; i < SIZE; i++) {
        const input = x[(t - 1) * row + n + i], before = h[(t - 1) * row + n + i];
        for (let j = 0, k = i * SIZE; j < SIZE; j++, k++) {
          grads.W_x[k] += input * da[n + j];
          grads.W_h[k] += before * da[n + j];
        }
        grads.b[i] += da[n + i];
      }
    }
    for (let n = 0; n < row; n += SIZE) {
      for (let i = 0; i < SIZE; i++) {
        let sum = 0;
        for (let j = 0, k = i * SIZE; j < SIZE; j++, k++) sum += da[n + j] * W_h[k];
        dh[n + i] = sum;
      }
    }
    at?.(t - 1, dh);
  }
  return grads;
}

// √(Σ g²) over arrays. Squares of huge and of tiny numbers would be lost: each is divided by the largest first.
function norm(...arrays) {
  let largest = 0;
  for (const array of arrays) for (const value of array) largest = Math.max(largest, Math.abs(value)); // keeps NaN
  if (largest === 0 || !Number.isFinite(largest)) return largest;
  let sum = 0;
  for (const array of arrays) for (const value of array) sum += (value / largest) ** 2;
  return largest * Math.sqrt(sum);
}

// The normal numbers that NumPy's generator draws from this state on: PCG64 (O'Neill 2014), and a ziggurat (Marsaglia
// and Tsang 2000). 128 bits are four numbers of 32, the lowest first.
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
  const limbs = (hex) => [24, 16, 8, 0].map((at) => parseInt(hex.slice(at, at + 8), 16));
  const [m0, m1, m2, m3] = limbs("2360ed051fc65da44385df649fccf645"), [c0, c1, c2, c3] = limbs(increment);
  const { r, width, inside, height } = ZIGGURAT, low = (a, b) => Math.imul(a, b) >>> 0;
  const high = (a, b) => { // of the 64 bits of a product
    const p = a * (b & 0xffff), q = a * (b >>> 16);
    return Math.floor(q / 65536) + Math.floor((p + q % 65536 * 65536) / 4294967296);
  };
  let [s0, s1, s2, s3] = limbs(state), top, bottom;
  const next = () => { // 64 bits, in two halves
    const t0 = c0 + low(s0, m0);
    const t1 = Math.floor(t0 / 4294967296) + c1 + high(s0, m0) + low(s0, m1) + low(s1, m0);
    const t2 = Math.floor(t1 / 4294967296) + c2 + high(s0, m1) + high(s1, m0) + low(s0, m2) + low(s1, m1) + low(s2, m0);
    const t3 = Math.floor(t2 / 4294967296) + c3 + high(s0, m2) + high(s1, m1) + high(s2, m0)
      + low(s0, m3) + low(s1, m2) + low(s2, m1) + low(s3, m0);
    [s0, s1, s2, s3] = [t0 >>> 0, t1 >>> 0, t2 >>> 0, t3 >>> 0];
    const turn = s3 >>> 26, shift = turn & 31, [a, b] = turn < 32 ? [s3 ^ s1, s2 ^ s0] : [s2 ^ s0, s3 ^ s1];
    [top, bottom] = shift ? [a >>> shift | b << 32 - shift, b >>> shift | a << 32 - shift] : [a, b];
    top >>>= 0;
    bottom >>>= 0;
  };
  const uniform = () => { next(); return (top * 2097152 + (bottom >>> 11)) / 9007199254740992; };
  return () => {
    for (;;) {
      next();
      const i = bottom & 255, sign = bottom & 256 ? -1 : 1, tail = bottom & 131072 ? -1 : 1;
      const place = (top & 0x1fffffff) * 8388608 + (bottom >>> 9), x = place * width[i];
      if (place < inside[i]) return sign * x;
      if (i) {
        if ((height[i - 1] - height[i]) * uniform() + height[i] < Math.exp(-x * x / 2)) return sign * x;
        continue;
      }
      for (;;) {
        const far = -Math.log1p(-uniform()) / r, y = -Math.log1p(-uniform());
        if (2 * y > far * far) return tail * (r + far);
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
  if (!drawn.has(state)) {
    const draw = normals(state, increment);
    drawn.set(state, Float64Array.from({ length: (LONGEST + 1) * SIZE }, draw));
  }
  let k = 0;
  return firstInputs(steps, 1, () => drawn.get(state)[k++]);
}

function compute({ radius, steps, activation, start }, data, { weights = true } = {}) {
  const { matrix, s_max, real, imaginary } = data.starts[start];
  const x = inputs(steps, data), params = { W_h: matrix.map((value) => radius * value) }, norms = [];
  const h = forward(params, x, steps, 1, activation);
  const at = (t, dh) => { norms[t] = norm(dh); };
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
  const errors = Array.from({ length: BATCH }, (_, n) => {
    let sum = -x[n * SIZE];
    for (let j = 0; j < SIZE; j++) sum += last[n * SIZE + j] * params.readout[j];
    return sum;
  });
  losses.push(errors.reduce((sum, error) => sum + error ** 2, 0) / BATCH);
  if (!Number.isFinite(losses.at(-1))) return;
  const dh = Float64Array.from(last, (_, k) => 2 / BATCH * errors[Math.floor(k / SIZE)] * params.readout[k % SIZE]);
  const readout = params.readout.map((_, j) => errors.reduce((sum, e, n) => sum + 2 / BATCH * e * last[n * SIZE + j], 0));
  const grads = { ...backward(params, x, h, dh, steps, BATCH, activation), readout };
  const size = norm(...Object.values(grads)), factor = size > limit && Number.isFinite(size) ? limit / size : 1;
  for (const [name, param] of Object.entries(params)) {
    for (let k = 0; k < param.length; k++) param[k] -= RATE * (factor * grads[name][k]);
  }
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
  const steps = norms.length - 1, last = norms[0];
  if (!Number.isFinite(last)) {
    return `On its way back to step 0 the gradient becomes ${Number.isNaN(last) ? "NaN" : "infinite"}.`;
  }
  if (last === 0) {
    return `The gradient is exactly 0 at step ${norms.lastIndexOf(0)} and before it: nothing of it arrives.`;
  }
  const peak = norms.indexOf(Math.max(...norms));
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
  const clipping = Number.isFinite(clip) ? `clipped: ${short(clip < weightNorm ? clip : weightNorm)}` : "not clipped";
  const end = losses ? `Training, loss ${trainingWords(losses, clip).join("; ")}.`
    : `All weights' gradient has norm ${short(weightNorm)}, ${clipping}.`;
  return `${start[0].toUpperCase()}${start.slice(1)} start, ${activation}, ${steps} steps, spectral radius `
    + `${rounded(radius, 2)}, s_max ${rounded(s_max, 2)}, ${eigenvalues.filter(isOutside).length} of `
    + `${eigenvalues.length} eigenvalues outside the unit circle. ${fate(norms)} ${end}`;
}

// ---- the page

const DECADES = [-9, -6, -3, 0, 3, 6, 9].map((n) => [n, n ? `10${superscript(n)}` : "1"]);
const LOSSES = [0, 4, 8, 12].map((n) => [n, n ? `10${superscript(n)}` : "1"]);
const MAP = { radii: Array.from({ length: 61 }, (_, k) => k / 20), lengths: Array.from({ length: 25 }, (_, k) => 8 + 8 * k) };
const exponent = (value, page = 1e4) => clamp(Math.log10(value), -page, page);
const thick = (size) => Math.min(26, 4 * (size || 0) ** 0.25); // of an arrow: the fourth root fits on a page

function render(host) {
  return live(host, (frame) => {
    const { bar, body, specs } = frame;
    const parts = {}; // what moves
    let values, result, losses, run, guess, ghosts = [], at = 0, playing = 0, score = [0, 0], map, mapping;

    for (const name of ["radius", "steps", "activation", "start", "clip", "seed", "train"]) frame.control(name);
    const button = (parent, label, go) => {
      const made = html(parent, "button", { type: "button" }, label);
      made.addEventListener("click", () => go(made));
      return made;
    };
    const panel = (name, title) => {
      const box = html(body, "div", { class: `panel ${name}` });
      html(box, "div", { class: "title" }, title);
      return box;
    };
    const flow = panel("wide", "The gradient's way back: its norm ‖∂L/∂hₜ‖ at every step t");
    const plane = panel("narrow", "Eigenvalues of Wₕ: drag the circle");
    const train = panel("wide", "Training: loss before each update");
    const chart = panel("narrow", "Gradient at step 0: drag the cross");
    const row = html(flow, "div", { class: "row" });
    const play = button(row, "▶ Play", () => (playing ? stop() : start()));
    const scrub = set(html(row, "input", { type: "range", min: 0, step: 1 }), { "aria-label": "step t that is looked at" });
    scrub.addEventListener("input", () => { stop(); look(Number(scrub.value)); });
    button(row, "Keep this curve", () => { ghosts = [...ghosts.slice(-2), { result, values }]; frame.draw(); });
    button(row, "Clear", () => { ghosts = []; guess = undefined; frame.draw(); });
    const ask = button(row, "Predict first", () => {
      if (guess && !guess.told) return tell();
      guess = { middle: 0, first: 0 };
      stop();
      frame.draw();
    });
    const verdict = html(flow, "p", { class: "verdict", role: "status" });

    function tell() { // how far off the prediction was, in powers of ten
      const off = Math.abs(guess.first - exponent(result.norms[0], PAGE));
      score = [score[0] + (off <= 1), score[1] + 1];
      guess.told = `You said ${short(10 ** guess.first)} at step 0, and it is ${short(result.norms[0])}: ${rounded(off, 1)} `
        + `powers of ten off. Within one power of ten: ${score[0]} of ${score[1]}.`;
      start();
    }
    function look(step) { at = step; frame.draw(); }
    function stop() { cancelAnimationFrame(playing); playing = 0; play.textContent = "▶ Play"; }
    function start() { // the whole walk in three seconds
      const began = performance.now();
      const tick = (now) => {
        look(Math.max(0, Math.round(values.steps * (1 - (now - began) / 3000))));
        if (at) playing = requestAnimationFrame(tick); else stop();
      };
      stop();
      play.textContent = "❚❚ Stop";
      look(values.steps);
      playing = requestAnimationFrame(tick);
    }
    const setRadius = (radius) => frame.put("radius", toStep(radius, specs.radius));
    const setSteps = (steps) => frame.put("steps", toStep(steps, specs.steps));

    function layout(width) {
      const narrow = width < 680, wide = narrow ? width : Math.round(width * 0.63), side = narrow ? width : width - wide - 24;
      for (const box of [flow, plane, train, chart]) {
        box.querySelector("svg")?.remove();
        box.style.width = `${box === flow || box === train ? wide : side}px`;
      }
      const under = (box, label, w, h) => { const made = picture(box, label, w, h); box.children[0].after(made); return made; };

      const one = under(flow, "unrolled network and the gradient's norm at every step", wide, 360);
      parts.x = axes(one, { left: 46, right: wide - 14, top: 76, bottom: 306 }, { x: [0, 1], y: [-PAGE, PAGE],
        yTicks: DECADES, xTicks: [0, 0.25, 0.5, 0.75, 1].map((n) => [n, ""]), xLabel: "⟵ back from the loss at step T to step 0" });
      parts.ticks = [0, 0.5, 1].map((n) => svg(one, "text", { x: parts.x.x(n), y: 322, "text-anchor": "middle" }));
      parts.network = svg(one, "g");
      parts.ghosts = clipped(one, parts.x);
      const answer = svg(one, "g", { class: "answer" });
      const inside = clipped(answer, parts.x);
      for (const name of ["bound", "rate", "faint", "flow"]) parts[name] = svg(inside, "path", { class: `line ${name}` });
      parts.cursor = svg(answer, "line", { class: "cursor", y1: 34, y2: 306 });
      parts.dot = svg(answer, "circle", { class: "dot", r: 6 });
      parts.label = svg(answer, "text", { class: "halo gradient" });
      const key = svg(one, "g", { class: "answer" });
      for (const [k, [name, text]] of [["flow", "measured"], ["rate", "rate ρᵀ⁻ᵗ"], ["bound", "bound sₘₐₓᵀ⁻ᵗ"]].entries()) {
        const x = wide - 318 + 96 * k;
        svg(key, "path", { class: `line ${name}`, d: `M${x} 292h22` });
        svg(key, "text", { class: "halo", x: x + 27, y: 296 }, text);
      }
      parts.guess = svg(one, "g");
      parts.guessed = svg(parts.guess, "path", { class: "line guess" });
      for (const [name, place, words] of [["middle", 0.5, "halfway"], ["first", 0, "at step 0"]]) {
        parts[name] = svg(parts.guess, "circle", { r: 9, cx: parts.x.x(place) });
        const strip = svg(parts.guess, "rect", { class: "catch", x: parts.x.x(place) - 25, y: 76, width: 50, height: 230 });
        const put = (height) => { guess[name] = clamp(Math.round(height * 10) / 10, -PAGE, PAGE); frame.draw(); };
        parts.guess.append(parts[name]);
        for (const surface of [strip, parts[name]]) {
          grip(parts[name], surface, { label: `the gradient's norm that you expect ${words}, as a power of ten`,
            move: (_, y) => put(parts.x.fromY(y)), turn: (x, y) => put(guess[name] + (x || y) * 0.5), picture: one });
        }
      }

      const two = under(plane, "eigenvalues in the complex plane", side, 330), half = Math.min(side - 60, 290) / 2;
      parts.plane = axes(two, { left: side / 2 - half + 14, right: side / 2 + half + 14, top: 8, bottom: 8 + 2 * half },
        { x: [-3.2, 3.2], y: [-3.2, 3.2], xTicks: [-2, 0, 2].map((n) => [n, n]), yTicks: [-2, 0, 2].map((n) => [n, n]),
          xLabel: "real part" });
      const [cx, cy, unit] = [parts.plane.x(0), parts.plane.y(0), parts.plane.x(1) - parts.plane.x(0)];
      svg(two, "circle", { class: "unit", cx, cy, r: unit });
      parts.circle = svg(two, "circle", { class: "line rate", cx, cy });
      parts.eigenvalues = svg(two, "path", { class: "inside" });
      parts.outside = svg(two, "path", { class: "outside" });
      parts.knob = svg(two, "circle", { r: 8 });
      grip(parts.knob, two, { label: "spectral radius, the circle through the outermost eigenvalue",
        move: (x, y) => setRadius(Math.hypot(x - cx, y - cy) / unit), turn: (x, y) => setRadius(values.radius + (x || y) * 0.05) });

      parts.train = under(train, "training losses", wide, 232);
      const four = under(chart, "map of the gradient at step 0", side, 232);
      parts.map = axes(four, { left: 46, right: side - 14, top: 8, bottom: 186 }, { x: [-0.025, 3.025], y: [4, 204],
        xTicks: [0, 1, 2, 3].map((n) => [n, n]), yTicks: [8, 100, 200].map((n) => [n, n]), xLabel: "spectral radius ρ" });
      svg(four, "text", { x: 10, y: 100, transform: "rotate(-90 10 100)", "text-anchor": "middle" }, "length T");
      const cells = svg(four, "g", { class: "answer cells" });
      const column = (radius) => Math.round(parts.map.x(radius)), line = (steps) => Math.round(parts.map.y(steps));
      parts.cells = MAP.lengths.flatMap((steps) => MAP.radii.map((radius) => svg(cells, "rect", {
        x: column(radius - 0.025), width: column(radius + 0.025) - column(radius - 0.025),
        y: line(steps + 4), height: line(steps - 4) - line(steps + 4) })));
      parts.cross = svg(four, "path", { class: "cross" });
      parts.mark = svg(four, "circle", { r: 8 });
      grip(parts.mark, four, { label: "spectral radius and length", move: (x, y) => { setRadius(parts.map.fromX(x));
        setSteps(parts.map.fromY(y)); }, turn: (x, y) => { setRadius(values.radius + 0.05 * x); setSteps(values.steps + 4 * y); } });
      map?.values.forEach(color);
      parts.nodes = Math.max(4, Math.floor((wide - 60) / 44));
      showTraining();
    }

    function color(value, k) { // red where it explodes, blue where it vanishes
      const size = exponent(value, PAGE);
      parts.cells[k].style.fill = size > 0 || value !== value ? "var(--gradient)" : "var(--state)";
      parts.cells[k].style.fillOpacity = (Number.isNaN(size) ? 1 : Math.abs(size) / PAGE) ** 0.6;
    }
    function drawMap(data) { // a few cells a frame: the drag goes on meanwhile
      const key = [values.activation, values.start, values.seed].join();
      if (map?.key === key) return;
      map = { key, values: [] };
      cancelAnimationFrame(mapping);
      const { activation, start } = values, all = MAP.radii.length * MAP.lengths.length;
      const tick = () => {
        const end = performance.now() + 5;
        for (let k = map.values.length; k < all && performance.now() < end; k++) {
          const [radius, steps] = [MAP.radii[k % MAP.radii.length], MAP.lengths[Math.floor(k / MAP.radii.length)]];
          map.values.push(compute({ radius, steps, activation, start }, data, { weights: false }).norms[0]);
          color(map.values[k], k);
        }
        mapping = map.values.length < all ? requestAnimationFrame(tick) : 0;
      };
      mapping = requestAnimationFrame(tick);
    }

    function show() {
      const data = frame.data()[frame.places.seed];
      if (!data) return; // on its way from the kernel
      values = frame.values();
      result = compute(values, data);
      const { norms, s_max, eigenvalues } = result, { steps, radius } = values;
      const { x, y } = parts.x, heights = norms.map((value) => exponent(value)), isHidden = guess && !guess.told;
      const curve = (from, to) => path(heights.slice(from, to + 1).map((height, k) => [x((from + k) / steps),
        y(clamp(height, -PAGE - 2, PAGE + 2))]).filter(([, place]) => !Number.isNaN(place)));
      at = Math.min(at, steps);
      frame.root.classList.toggle("hiding", Boolean(isHidden));
      set(parts.flow, { d: curve(at, steps) });
      set(parts.faint, { d: curve(0, at) });
      for (const [name, factor] of [["rate", radius], ["bound", s_max]]) {
        const slope = factor > 0 ? Math.log10(factor) : -1e4, end = Math.min(1, (PAGE + 2) / Math.abs(slope * steps));
        set(parts[name], { d: path([[x(1 - end), y(slope * steps * end)], [x(1), y(0)]]) });
      }
      parts.ticks.forEach((tick, k) => { tick.textContent = steps * k / 2; });
      const size = norms[at], onPage = Math.abs(exponent(size)) <= PAGE, far = x(at / steps) > x(1) - 130;
      const height = y(clamp(Number.isNaN(size) ? PAGE : exponent(size), -PAGE, PAGE));
      set(parts.cursor, { x1: x(at / steps), x2: x(at / steps) });
      set(parts.dot, { cx: x(at / steps), cy: height });
      set(parts.label, { x: x(at / steps) + (far ? -10 : 10), y: clamp(height - 10, 92, 278), "text-anchor": far ? "end" : "start" });
      parts.label.textContent = `${onPage ? "" : "off the page: "}${size === 0 ? "exactly 0" : short(size)} at step ${at}`;
      set(scrub, { max: steps, "aria-valuetext": `step ${at}: ${isHidden ? "hidden" : short(size)}` }).value = at;
      showNetwork(norms, steps);
      parts.ghosts.replaceChildren();
      ghosts.forEach(({ result: { norms: old }, values: { radius, start, activation, steps } }) => {
        const points = old.map((value, t) => [x(t / steps), y(clamp(exponent(value), -PAGE - 2, PAGE + 2))]);
        svg(parts.ghosts, "path", { class: "line ghost", d: path(points.filter(([, place]) => !Number.isNaN(place))) });
        svg(parts.ghosts, "text", { class: "halo ghost", x: x(0) + 6, y: clamp(points[0][1] + 16, 90, 300) },
          `${radius.toFixed(2)} ${start}, ${activation}, T = ${steps}`);
      });
      parts.guess.style.display = guess ? "" : "none";
      ask.textContent = isHidden ? "See" : "Predict first";
      verdict.textContent = guess ? guess.told ?? "Drag the two handles to where you expect the curve, then press See." : "";
      if (guess) {
        set(parts.guessed, { d: path([[x(0), y(guess.first)], [x(0.5), y(guess.middle)], [x(1), y(0)]]) });
        for (const name of ["middle", "first"]) set(parts[name], { cy: y(guess[name]), "aria-valuenow": guess[name],
          "aria-valuemin": -PAGE, "aria-valuemax": PAGE, "aria-valuetext": short(10 ** guess[name]) });
      }
      const { x: real, y: imaginary } = parts.plane, dots = (wanted, shape) => eigenvalues.filter((each) =>
        isOutside(each) === wanted).map(([a, b]) => `M${real(a)} ${imaginary(b)}${shape}`).join("");
      set(parts.eigenvalues, { d: dots(false, "m-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0") });
      set(parts.outside, { d: dots(true, "m0-6l6 6l-6 6l-6-6z") });
      set(parts.circle, { r: real(radius) - real(0) });
      set(parts.knob, { cx: real(0.6 * radius), cy: imaginary(0.8 * radius), "aria-valuenow": radius, "aria-valuemin": 0, "aria-valuemax": 3 });
      const [px, py] = [parts.map.x(radius), parts.map.y(steps)];
      set(parts.cross, { d: `M${px} 8V186M46 ${py}H${parts.map.x(3.025)}` });
      set(parts.mark, { cx: px, cy: py, "aria-valuenow": radius, "aria-valuemin": 0, "aria-valuemax": 3,
        "aria-valuetext": `radius ${radius.toFixed(2)}, ${steps} steps` });
      drawMap(data);
      if (!losses) showTraining();
    }

    function showNetwork(norms, steps) { // circles for some of the states, and between them arrows as thick as the gradient
      const { x } = parts.x, count = Math.min(steps, parts.nodes), middle = 34, r = 9;
      const states = Array.from({ length: count + 1 }, (_, k) => Math.round(k * steps / count));
      parts.network.replaceChildren();
      for (let k = count; k > 0; k--) {
        const [from, to] = [x(states[k] / steps) - r - 1, x(states[k - 1] / steps) + r + 1];
        svg(parts.network, "line", { class: "forward", x1: from, x2: to, y1: middle, y2: middle });
        const [a, b] = [thick(norms[states[k]]) / 2, thick(norms[states[k - 1]]) / 2];
        if (!b) continue;
        const head = to + Math.min(4 + b, (from - to) / 2), wing = b + 1.5 + b / 4;
        svg(parts.network, "polygon", { class: `arrow answer${states[k] <= at ? " later" : ""}`,
          points: `${from},${middle - a} ${head},${middle - b} ${head},${middle - wing} ${to},${middle} ${head},${middle + wing} `
            + `${head},${middle + b} ${from},${middle + a}` });
      }
      for (const t of states) svg(parts.network, "circle", { class: "node", cx: x(t / steps), cy: middle, r });
      const words = [["h₀", 0, "start"], ["loss L", 1, "end"]];
      for (const [text, place, anchor] of words) svg(parts.network, "text", { x: x(place) + (place ? 12 : -9), y: 68, "text-anchor": anchor }, text);
    }

    function showTraining() { // the axis grows with the run; a loss that leaves the page ends with a cross and its number
      parts.train.replaceChildren();
      const longest = Math.max(10, ...(losses ?? []).map((each) => each.length)), right = Number(parts.train.getAttribute("width")) - 14;
      const ticks = [0, 0.5, 1].map((share) => Math.round(share * longest)), box = { left: 46, right, top: 8, bottom: 186 };
      const { x, y } = axes(parts.train, box, { x: [0, longest], y: [-3, 13], yTicks: LOSSES, xTicks: ticks.map((n) => [n, n]), xLabel: "update" });
      if (!losses) svg(parts.train, "text", { x: (46 + right) / 2, y: 100, "text-anchor": "middle" }, "press Train");
      losses?.forEach((each, k) => {
        const name = k ? "clipped" : "free", end = each.length - 1;
        const points = each.map((loss, u) => [x(u), y(Number.isNaN(loss) ? 13 : clamp(exponent(loss), -3, 13))]);
        if (!Number.isFinite(each[end])) {
          svg(parts.train, "rect", { class: "dead", x: x(end), y: 8, width: right - x(end), height: 178 });
          svg(parts.train, "path", { class: "line burst", d: `M${points[end][0] - 7} 1l14 14m0-14l-14 14` });
        }
        svg(parts.train, "path", { class: `line ${name}`, d: path(points) });
        svg(parts.train, "text", { class: `halo ${name}`, x: right - 8, y: 28 + 20 * k, "text-anchor": "end" },
          trainingWords(losses, values.clip)[k]);
      });
    }
    function press() {
      cancelAnimationFrame(run);
      values = frame.values();
      const { clip } = values, turns = training(values, Number.isFinite(clip) ? [Infinity, clip] : [Infinity], frame.data()[values.seed]);
      const tick = () => {
        const { value, done } = turns.next();
        losses = value ?? losses;
        showTraining();
        run = done ? 0 : requestAnimationFrame(tick);
        if (done) frame.draw();
      };
      losses = undefined;
      tick();
    }
    function change(name) {
      if (name === "train") return;
      cancelAnimationFrame(run);
      [run, losses, at] = [0, undefined, playing ? at : 0];
      if (guess?.told) guess = undefined;
    }
    return {
      layout, show, press, change, stop: () => { stop(); cancelAnimationFrame(run); cancelAnimationFrame(mapping); },
      words: () => guess && !guess.told ? "The answer is hidden until you press See." : words(values, result, !run && losses),
    };
  });
}

export default { render, compute, training, words };
