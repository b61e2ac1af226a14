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
  let largest = 0;
  for (const array of arrays) for (const value of array) largest = Math.max(largest, Math.abs(value)); // keeps NaN
  if (largest === 0 || !Number.isFinite(largest)) return largest;
  let sum = 0;
  for (const array of arrays) for (const value of array) sum += (value / largest) ** 2;
  return largest * Math.sqrt(sum);
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
  const clipping = Number.isFinite(clip) ? `clipped: ${short(clip < weightNorm ? clip : weightNorm)}` : "not clipped";
  const end = losses ? `Training, loss ${trainingWords(losses, clip).join("; ")}.`
    : `The gradient of W_x, W_h and b has norm ${short(weightNorm)}, ${clipping}.`;
  return `${start[0].toUpperCase()}${start.slice(1)} start, ${activation}, ${steps} steps, spectral radius `
    + `${rounded(radius, 2)}, s_max ${rounded(s_max, 2)}, ${eigenvalues.filter(isOutside).length} of `
    + `${eigenvalues.length} eigenvalues outside the unit circle. ${fate(norms)} ${end}`;
}

// ---- the page

const powers = (list) => list.map((n) => [n, n ? `10${superscript(n)}` : "1"]), plain = (list) => list.map((n) => [n, n]);
const RADII = Array.from({ length: 61 }, (_, k) => k / 20), LENGTHS = Array.from({ length: 25 }, (_, k) => 8 + 8 * k);
const exponent = (value, page = 1e4) => clamp(Math.log10(value), -page, page);
const thick = (size) => Math.min(26, 4 * (size || 0) ** 0.25); // of an arrow: the fourth root fits on a page

function render(host) {
  return live(host, (frame) => {
    const { root, specs } = frame, parts = {}; // what moves
    let values, result, losses, run, guess, ghosts = [], at = 0, score = [0, 0], map, mapping;
    for (const name of Object.keys(specs)) frame.control(name);
    const flow = frame.panel("The gradient's way back: its norm ‖∂L/∂hₜ‖ at every step t");
    const plane = frame.panel("Eigenvalues of Wₕ: drag the circle");
    const train = frame.panel("Training: loss before each update"), chart = frame.panel("Gradient at step 0: drag the cross");
    const row = html(flow, "div", { class: "row" }), look = (step) => { at = Math.round(step); frame.draw(); };
    const walk = player(row, "step t that is looked at", () => ({ from: values.steps, to: 0, seconds: 3 }), look);
    button(row, "Keep this curve", () => { ghosts = [...ghosts.slice(-2), { ...result, ...values }]; frame.draw(); });
    button(row, "Clear", () => { [ghosts, guess] = [[], undefined]; frame.draw(); });
    const ask = button(row, "Predict first", () => {
      walk.stop();
      if (guess && !guess.told) tell(); else guess = { middle: 0, first: 0 };
      frame.draw();
    });
    const verdict = html(flow, "p", { class: "verdict" });

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

    function layout(width) {
      const narrow = width < 680, wide = narrow ? width : Math.round(width * 0.63), side = narrow ? width : width - wide - 24;
      for (const box of [flow, train]) box.style.width = `${wide}px`;
      for (const box of [plane, chart]) box.style.width = `${side}px`;

      const one = picture(flow, "unrolled network and the gradient's norm at every step", wide, 360);
      parts.x = axes(one, { left: 46, right: wide - 14, top: 76, bottom: 306 }, { x: [0, 1], y: [-PAGE, PAGE],
        yTicks: powers([-9, -6, -3, 0, 3, 6, 9]), xTicks: [0, 0.25, 0.5, 0.75, 1].map((n) => [n, ""]),
        xLabel: "⟵ back from the loss at step T to step 0" });
      parts.ticks = [0, 0.5, 1].map((n) => svg(one, "text", { x: parts.x.x(n), y: 322, "text-anchor": "middle" }));
      [parts.network, parts.ghosts] = [svg(one, "g"), clipped(one, parts.x)];
      const answer = svg(one, "g", { class: "answer" }), inside = clipped(answer, parts.x);
      for (const name of ["bound", "rate", "faint", "flow"]) parts[name] = svg(inside, "path", { class: `line ${name}` });
      parts.cursor = svg(answer, "line", { class: "cursor", y1: 34, y2: 306 });
      parts.dot = svg(answer, "circle", { class: "dot", r: 6 });
      parts.label = svg(answer, "text", { class: "halo gradient" });
      [["flow", "measured"], ["rate", "rate ρᵀ⁻ᵗ"], ["bound", "bound sₘₐₓᵀ⁻ᵗ"]].forEach(([name, text], k) => {
        const [left, y] = wide > 420 ? [wide - 318 + 96 * k, 292] : [56, 256 + 18 * k];
        svg(answer, "path", { class: `line ${name}`, d: `M${left} ${y}h22` });
        svg(answer, "text", { class: "halo", x: left + 27, y: y + 4 }, text);
      });
      parts.lowest = wide > 560 ? 300 : wide > 420 ? 274 : 238;
      parts.guess = svg(one, "g");
      parts.guessed = svg(parts.guess, "path", { class: "line guess" });
      for (const [name, place, words] of [["middle", 0.5, "halfway"], ["first", 0, "at step 0"]]) {
        const hold = svg(parts.guess, "g");
        const put = (n) => { guess[name] = clamp(Math.round(n * 10) / 10, -PAGE, PAGE); frame.draw(); };
        svg(hold, "rect", { class: "catch", x: parts.x.x(place) - 25, y: 76, width: 50, height: 230 });
        parts[name] = svg(hold, "circle", { r: 9, cx: parts.x.x(place) });
        grip(parts[name], hold, { label: `the gradient's norm that you expect ${words}, as a power of ten`, picture: one,
          move: (_, y) => put(parts.x.fromY(y)), turn: (x, y) => put(guess[name] + (x || y) * 0.5) });
      }

      const half = Math.min(side - 60, 290) / 2, two = picture(plane, "eigenvalues in the complex plane", side, 2 * half + 48);
      parts.plane = axes(two, { left: side / 2 - half + 14, right: side / 2 + half + 14, top: 8, bottom: 8 + 2 * half },
        { x: [-3.2, 3.2], y: [-3.2, 3.2], xTicks: plain([-2, 0, 2]), yTicks: plain([-2, 0, 2]), xLabel: "real part" });
      const [cx, cy, unit] = [parts.plane.x(0), parts.plane.y(0), parts.plane.x(1) - parts.plane.x(0)];
      svg(two, "circle", { class: "unit", cx, cy, r: unit });
      parts.circle = svg(two, "circle", { class: "line rate", cx, cy });
      [parts.inside, parts.outside] = ["inside", "outside"].map((name) => svg(two, "path", { class: name }));
      parts.knob = svg(two, "circle", { r: 8 });
      grip(parts.knob, two, { label: "spectral radius, the circle through the outermost eigenvalue", picture: two,
        move: (x, y) => setRadius(Math.hypot(x - cx, y - cy) / unit), turn: (x, y) => setRadius(values.radius + (x || y) * 0.05) });

      parts.train = picture(train, "training losses", wide, 232);
      const four = picture(chart, "map of the gradient at step 0", side, 232);
      parts.map = axes(four, { left: 46, right: side - 14, top: 8, bottom: 186 }, { x: [-0.025, 3.025], y: [4, 204],
        xTicks: plain([0, 1, 2, 3]), yTicks: plain([8, 100, 200]), xLabel: "spectral radius ρ" });
      svg(four, "text", { x: 10, y: 100, transform: "rotate(-90 10 100)", "text-anchor": "middle" }, "length T");
      const cells = svg(four, "g", { class: "answer cells" });
      const edge = (n) => Math.round(parts.map.x(n - 0.025)), line = (n) => Math.round(parts.map.y(n + 4));
      parts.cells = LENGTHS.flatMap((n) => RADII.map((radius) => svg(cells, "rect", { x: edge(radius), y: line(n),
        width: edge(radius + 0.05) - edge(radius), height: line(n - 8) - line(n) })));
      parts.cross = svg(four, "path", { class: "cross" });
      parts.mark = svg(four, "circle", { r: 8 });
      grip(parts.mark, four, { label: "spectral radius and length", picture: four,
        move: (x, y) => { setRadius(parts.map.fromX(x)); setSteps(parts.map.fromY(y)); },
        turn: (x, y) => { setRadius(values.radius + 0.05 * x); setSteps(values.steps + 4 * y); } });
      map?.sizes.forEach(color);
      parts.most = Math.max(4, Math.floor((wide - 60) / 44));
      if (losses) showTraining();
    }

    function color(value, k) { // red where it explodes, blue where it vanishes
      const size = Number.isNaN(value) ? PAGE : exponent(value, PAGE);
      const fill = `var(--${size > 0 ? "gradient" : "state"})`, fillOpacity = (Math.abs(size) / PAGE) ** 0.6;
      Object.assign(parts.cells[k].style, { fill, fillOpacity });
    }
    function drawMap(data) { // a few cells a frame: the drag goes on meanwhile
      const { activation, start, seed } = values, key = [activation, start, seed].join(), sizes = [];
      if (map?.key === key) return;
      map = { key, sizes };
      cancelAnimationFrame(mapping);
      const tick = () => {
        for (const end = performance.now() + 5; sizes.length < parts.cells.length && performance.now() < end;) {
          const k = sizes.length, radius = RADII[k % RADII.length], steps = LENGTHS[Math.floor(k / RADII.length)];
          sizes.push(compute({ radius, steps, activation, start }, data, { weights: false }).norms[0]);
          color(sizes[k], k);
        }
        if (sizes.length < parts.cells.length) mapping = requestAnimationFrame(tick);
      };
      tick();
    }

    function show() {
      const data = frame.data()[frame.places.seed];
      if (!data) return; // on its way from the kernel
      values = frame.values();
      result = compute(values, data);
      const { norms, s_max, eigenvalues } = result, { steps, radius } = values, { x, y } = parts.x, isHidden = guess && !guess.told;
      const place = (value) => y(clamp(exponent(value), -PAGE - 2, PAGE + 2));
      const curve = (list, from = 0, to = list.length - 1) => path(list.slice(from, to + 1).map((value, k) =>
        [x((from + k) / (list.length - 1)), place(value)]));
      at = Math.min(at, steps);
      root.classList.toggle("hiding", Boolean(isHidden));
      set(parts.flow, { d: curve(norms, at) });
      set(parts.faint, { d: curve(norms, 0, at) });
      for (const [name, factor] of [["rate", radius], ["bound", s_max]]) {
        const slope = steps * exponent(factor), end = Math.min(1, (PAGE + 2) / Math.abs(slope)); // as far as the page goes
        set(parts[name], { d: path([[x(1 - end), y(slope * end)], [x(1), y(0)]]) });
      }
      parts.ticks.forEach((tick, k) => { tick.textContent = steps * k / 2; });
      const size = norms[at], across = x(at / steps), isFar = across > x(1) - 130, height = clamp(place(size) || y(PAGE), 76, 306);
      set(parts.cursor, { x1: across, x2: across });
      set(parts.dot, { cx: across, cy: height });
      const said = clamp(height - 10, 92, Math.min(278, parts.lowest)); // where the words stand
      set(parts.label, { x: across + (isFar ? -10 : 10), y: said, "text-anchor": isFar ? "end" : "start" });
      parts.label.textContent = `${Math.abs(exponent(size)) <= PAGE ? "" : "off the page: "}`
        + `${size === 0 ? "exactly 0" : short(size)} at step ${at}`;
      walk.show(at, steps, `step ${at}: ${isHidden ? "hidden" : short(size)}`);
      showNetwork(norms, steps);
      parts.ghosts.replaceChildren();
      const heights = across < x(0) + 240 ? [said] : [];
      for (const old of ghosts) { // their words keep clear of the legend and of each other
        let height = clamp(place(old.norms[0]) + 16, 90, parts.lowest);
        for (const aside = height > 190 ? -15 : 15; heights.some((other) => Math.abs(other - height) < 15);) height += aside;
        heights.push(height);
        svg(parts.ghosts, "path", { class: "line ghost", d: curve(old.norms) });
        svg(parts.ghosts, "text", { class: "halo ghost", x: x(0) + 6, y: height },
          `${old.radius.toFixed(2)} ${old.start}, ${old.activation}, T = ${old.steps}`);
      }
      parts.guess.style.display = guess ? "" : "none";
      ask.textContent = isHidden ? "See" : "Predict first";
      verdict.textContent = guess ? guess.told ?? "Drag the two handles to where you expect the curve, then press See." : "";
      set(parts.guessed, { d: guess ? path([[x(0), y(guess.first)], [x(0.5), y(guess.middle)], [x(1), y(0)]]) : "" });
      for (const name of guess ? ["middle", "first"] : []) {
        tellValue(set(parts[name], { cy: y(guess[name]) }), guess[name], -PAGE, PAGE, short(10 ** guess[name]));
      }
      const { x: real, y: imaginary } = parts.plane, marks = (wanted, shape) => ({ d: eigenvalues.filter((each) =>
        isOutside(each) === wanted).map(([a, b]) => `M${real(a)} ${imaginary(b)}${shape}`).join("") });
      set(parts.inside, marks(false, "m-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0"));
      set(parts.outside, marks(true, "m0-6l6 6l-6 6l-6-6z"));
      set(parts.circle, { r: real(radius) - real(0) });
      tellValue(set(parts.knob, { cx: real(0.6 * radius), cy: imaginary(0.8 * radius) }), radius, 0, 3, radius.toFixed(2));
      const [cx, cy] = [parts.map.x(radius), parts.map.y(steps)];
      set(parts.cross, { d: `M${cx} 8V186M46 ${cy}H${parts.map.x(3.025)}` });
      tellValue(set(parts.mark, { cx, cy }), radius, 0, 3, `radius ${radius.toFixed(2)}, ${steps} steps`);
      drawMap(data);
      if (!losses) showTraining();
    }

    function showNetwork(norms, steps) { // circles for some of the states, and between them arrows as thick as the gradient
      const { x } = parts.x, count = Math.min(steps, parts.most), y = 34, r = 9;
      const states = Array.from({ length: count + 1 }, (_, k) => Math.round(k * steps / count));
      parts.network.replaceChildren();
      for (let k = count; k > 0; k--) {
        const [from, to] = [x(states[k] / steps) - r - 1, x(states[k - 1] / steps) + r + 1];
        svg(parts.network, "line", { class: "forward", x1: from, x2: to, y1: y, y2: y });
        const [a, b] = [thick(norms[states[k]]) / 2, thick(norms[states[k - 1]]) / 2];
        const head = to + Math.min(4 + b, (from - to) / 2), wing = 1.25 * b + 1.5;
        if (b) svg(parts.network, "path", { class: `arrow answer${states[k] <= at ? " later" : ""}`,
          d: `M${from} ${y - a}L${head} ${y - b}V${y - wing}L${to} ${y}L${head} ${y + wing}V${y + b}L${from} ${y + a}z` });
      }
      for (const t of states) svg(parts.network, "circle", { class: "node", cx: x(t / steps), cy: y, r });
      svg(parts.network, "text", { x: x(0) - 9, y: 68 }, "h₀");
      svg(parts.network, "text", { x: x(1) + 12, y: 68, "text-anchor": "end" }, "loss L");
    }

    function showTraining() { // the axis grows with the run; a run whose loss is no longer finite ends with a cross
      parts.train.replaceChildren();
      const longest = Math.max(10, ...(losses ?? []).map((each) => each.length)), right = parts.train.getAttribute("width") - 14;
      const { x, y } = axes(parts.train, { left: 46, right, top: 8, bottom: 186 }, { x: [0, longest], y: [-3, 13], xLabel: "update",
        yTicks: powers([0, 4, 8, 12]), xTicks: plain([0, Math.round(longest / 2), longest]) });
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
      values = frame.values();
      const limits = Number.isFinite(values.clip) ? [Infinity, values.clip] : [Infinity];
      const turns = training(values, limits, frame.data()[values.seed]), tick = () => {
        const { value, done } = turns.next();
        losses = value ?? losses;
        showTraining();
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
      layout, show, press, change, stop: () => { walk.stop(); for (const each of [run, mapping]) cancelAnimationFrame(each); },
      words: () => guess && !guess.told ? "The answer is hidden until you press See." : words(values, result, !run && losses),
    };
  });
}

export default { render, compute, training, words };
