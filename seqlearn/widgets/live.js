// What the live explorers share: pieces of a page, numbers in words, controls, things to take hold of.
// The explorer's own script follows this one and ends with `export default { render }`.

const button = (label, onclick, disabled = false) => ["button", { type: "button", onclick, disabled }, label];

// Makes the inside of an element as it is told: each part is [tag, attributes, ...parts] or [tag, attributes, words]. What
// has its place and its tag already stays, with its focus; a part of a picture that is missing keeps its place free.
function patch(parent, parts) {
  parts.forEach((part, k) => {
    const [tag, attributes, ...inside] = part || ["g", {}];
    let element = parent.children[k];
    if (element?.localName !== tag) {
      element?.remove();
      const made = document.createElementNS(tag === "svg" ? "http://www.w3.org/2000/svg" : parent.namespaceURI, tag);
      element = parent.insertBefore(made, parent.children[k] ?? null);
    }
    const told = element.told ?? {}, [words] = inside;
    if (!["string", "number"].includes(typeof words)) patch(element, inside);
    else if (element.textContent !== String(words)) element.textContent = words;
    for (const [name, value] of Object.entries(attributes)) {
      if (["function", "boolean"].includes(typeof value) || name === "value") element[name] = value;
      else if (value !== told[name]) element.setAttribute(name, value);
    }
    for (const name in told) if (!(name in attributes)) element.removeAttribute(name);
    element.told = attributes;
  });
  while (parent.children.length > parts.length) parent.lastChild.remove();
}

// A box with a title and a picture in pixels of the page, so that its words keep their size however narrow it is.
const panel = (title, attributes, label, width, height, parts, ...below) => ["div", attributes,
  ["div", { class: "title" }, title],
  ["svg", { role: "group", "aria-label": label, width, height, viewBox: `0 0 ${width} ${height}` }, ...parts], ...below];

const path = (points) => points.filter(([x, y]) => !Number.isNaN(x + y)).map(([x, y], i) =>
  `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");

// Curves, and marks of one shape at their points.
const line = (name, points) => ["path", { class: `line ${name}`, d: path(points) }];
const marks = (name, points, shape) => ["path", { class: name, d: points.map((point) => `M${point}${shape}`).join("") }];
const DOT = (r) => `m-${r} 0a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0-${2 * r} 0`;
const DIAMOND = (r) => `m0-${r}l${r} ${r}l-${r} ${r}l-${r}-${r}z`;
const middle = { "text-anchor": "middle" }, end = { "text-anchor": "end" };

// Grid, numbers and frame of axes in a box of a picture: x and y are [low, high], ticks numbers or [value, words]. It
// returns these parts, what takes values to pixels and back, and what draws other parts so that they end with the frame.
function axes({ left, right, top, bottom }, { x: [x0, x1], y: [y0, y1], xTicks = [], yTicks = [], xLabel = "" }) {
  const [across, up] = [(right - left) / (x1 - x0), (bottom - top) / (y1 - y0)];
  const x = (value) => left + across * (value - x0), y = (value) => bottom - up * (value - y0);
  const fromX = (pixel) => x0 + (pixel - left) / across, fromY = (pixel) => y0 + (bottom - pixel) / up;
  const box = { x: left, y: top, width: right - left, height: bottom - top };
  const rung = (value, words = value) => [["line", { class: "grid", x1: left, x2: right, y1: y(value), y2: y(value) }],
    ["text", { class: "tick", x: left - 6, y: y(value) + 4, ...end }, words]];
  const post = (value, words = value) => [["line", { class: "grid", x1: x(value), x2: x(value), y1: top, y2: bottom }],
    ["text", { class: "tick", x: x(value), y: bottom + 16, ...middle }, words]];
  const parts = [...yTicks.flatMap((tick) => rung(...[tick].flat())), ...xTicks.flatMap((tick) => post(...[tick].flat())),
    ["text", { x: (left + right) / 2, y: bottom + 32, ...middle }, xLabel], ["rect", { class: "frame", ...box }]];
  const clipped = (...inside) =>
    ["svg", { ...box, viewBox: Object.values(box).join(" "), style: "overflow: hidden" }, ...inside];
  return { x, y, fromX, fromY, parts, clipped };
}

// As Python rounds: a number exactly between two is rounded to the even digit. method: toFixed or toExponential.
function rounded(number, decimals, method = "toFixed") {
  const [long, exponent] = number[method](decimals + 30).split("e");
  const kept = long.slice(0, -30).replace(/\.$/, "");
  const isEven = /^50*$/.test(long.slice(-30)) && "02468".includes(kept.at(-1));
  return isEven ? kept + (exponent ? `e${exponent}` : "") : number[method](decimals);
}

// Where mouse or finger are, in pixels of the picture that has the element, or that it is.
function within(element, { x, y }) {
  const { left, top } = (element.ownerSVGElement ?? element).getBoundingClientRect();
  return [x - left, y - top];
}

const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const toStep = (value, { min, max, step }) => clamp(Number((Math.round(value / step) * step).toFixed(6)), min, max);
const superscript = (number) => String(number).replace(/./g, (sign) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[sign] ?? "⁻");

// The attributes of something in a picture to take hold of. Mouse and finger move it, anywhere in what it stands in, so do
// the arrow keys; to a screen reader it is a slider. move(x, y, begins): in pixels of the picture; turn(dx, dy): by so many
// notches. type(key), where there is one, says whether it has taken another key.
const grip = (label, [now, least, most, words], actions) => ({ class: "grip", tabindex: 0, role: "slider",
  "aria-label": label, "aria-valuenow": now, "aria-valuemin": least, "aria-valuemax": most, "aria-valuetext": words,
  ...actions });

// A button that plays, and a slider to scrub. range() says where a play begins, where it ends, and in how many seconds;
// parts(at, max, words) tells both.
function player(label, range, look, { min = 0, step = 0.01 } = {}) {
  let running = 0;
  const stop = () => { cancelAnimationFrame(running); running = 0; };
  const play = () => {
    const began = performance.now(), { from, to, seconds } = range();
    const tick = (now) => {
      const share = clamp((now - began) / 1000 / seconds, 0, 1);
      look(from + (to - from) * share);
      if (share < 1) running = requestAnimationFrame(tick); else stop();
    };
    stop();
    running = requestAnimationFrame(tick);
  };
  const name = () => (running ? "❚❚ Stop" : "▶ Play");
  const toggle = ({ target }) => { // the picture stays as it is
    if (running) stop(); else play();
    target.textContent = name();
  };
  const scrub = ({ target }) => { stop(); look(Number(target.value)); };
  const parts = (at, max, words) => [button(name(), toggle),
    ["input", { type: "range", min, max, step, "aria-label": label, "aria-valuetext": words, oninput: scrub, value: at }]];
  return { play, stop, parts, isPlaying: () => running > 0 };
}

const KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1], PageUp: [0, 10],
  PageDown: [0, -10], Home: [-1e4, -1e4], End: [1e4, 1e4] };

// The frame of an explorer: its controls, room for its pictures, its words. model: anywidget's, or one like it.
// make(frame) returns { show(), words(), press(name), change(name), stop() }; frame.put(name, value) sets a control, and
// show() tells the frame all that is to be seen.
function live({ model, el }, make) {
  const root = document.createElement("div");
  patch(root, [["div", { class: "controls" }], ["div", { class: "panels" }], ["p", { class: "says" }],
    ["p", { role: "status" }]]);
  root.className = "seqlearn-live";
  el.append(root);
  const [bar, body, caption, status] = root.children;
  const specs = Object.fromEntries(model.get("controls").map((spec) => [spec.name, spec]));
  let held = false, isTap = false, saved = 0, asked, speaking, saving, typed;

  const frame = {
    root, specs, places: { ...model.get("values") },
    data: () => model.get("data"),
    // The values that the controls stand for.
    values() {
      return Object.fromEntries(Object.entries(frame.places).map(([name, place]) =>
        [name, specs[name].options ? specs[name].options[place][1] ?? Infinity : place]));
    },
    put(name, value) {
      if (value === frame.places[name]) return;
      frame.places[name] = value;
      clearTimeout(saving); // the kernel draws the picture that a stored notebook needs: five in a second are enough
      saving = setTimeout(save, Math.max(0, saved + 200 - performance.now()));
      frame.draw(name);
    },
    draw(name) {
      if (name) shown.change?.(name);
      asked ||= requestAnimationFrame(paint);
    },
    tell(controls, panels) { // as they are now
      patch(bar, controls);
      patch(body, panels);
    },
    // A control as the browser has it, in a label of its own.
    control(name) {
      const { label, kind, min, max, step, options } = specs[name], place = frame.places[name];
      const press = () => {
        frame.put(name, frame.places[name] + 1);
        shown.press(name);
        body.querySelector(`.${name}`)?.scrollIntoView({ block: "nearest" }); // on a phone it may be far below
      };
      if (kind === "button") return button(label, press);
      const isLog = kind === "log", isRange = isLog || kind === "range", decimals = String(step).split(".")[1]?.length ?? 0;
      const words = isLog ? Number(place.toPrecision(3)) : isRange && place.toFixed(decimals);
      const onInput = (value) => (isLog ? Math.log10(value) : value);
      const oninput = ({ target: { value } }) => {
        typed = kind === "number" && name; // which stays as it is until the control is left: it may be no value
        if (kind === "text") frame.put(name, value);
        else if (value !== "") frame.put(name, options ? Number(value) : isLog ? 10 ** value : toStep(value, specs[name]));
      };
      const onchange = () => { typed = undefined; frame.draw(); };
      const choice = (options ?? []).map(([word], value) => ["option", { value }, word]);
      return ["label", {}, ["span", {}, label], [options ? "select" : "input", { "aria-label": label, oninput, onchange,
        ...options ? {} : { type: isRange ? "range" : kind }, ...isRange ? { "aria-valuetext": words } : {},
        ...min === undefined ? {} : { min: onInput(min), max: onInput(max), step },
        ...name === typed ? {} : { value: onInput(place) } }, ...choice],
      ...isRange ? [["span", { class: "value", "aria-hidden": "true" }, words]] : []];
    },
  };

  function paint() {
    cancelAnimationFrame(asked);
    asked = 0;
    if (!frame.width) return;
    shown.show();
    caption.textContent = shown.words();
    frame.spoken ??= toSay(); // at first nobody has changed anything
    say();
  }
  const settle = () => { if (asked) paint(); }; // before a key or a click acts on what is shown: a frame may bring two

  function save() {
    saved = performance.now();
    model.set("values", { ...frame.places });
    model.save_changes();
  }

  const toSay = () => `${body.querySelector(".verdict").textContent} ${caption.textContent}`.trim();
  function say() { // when nothing has moved for a while, and nothing is held
    clearTimeout(speaking);
    speaking = setTimeout(() => {
      if (held) say();
      else if (frame.spoken !== toSay()) status.textContent = frame.spoken = toSay();
    }, 500);
  }

  function follow() { // the kernel has set a control, or sent the data that were missing
    const theirs = model.get("values");
    const changed = Object.keys(theirs).filter((name) => theirs[name] !== frame.places[name]);
    Object.assign(frame.places, theirs);
    for (const name of changed) {
      frame.draw(name);
      if (specs[name].kind === "button") shown.press(name);
    }
    frame.draw();
  }

  function onKey(event) { // before JupyterLab, which takes many keys for itself
    if (!root.contains(event.target) || event.ctrlKey || event.metaKey || event.altKey || event.key === "Tab") return;
    settle();
    const grip = event.target.closest(".grip");
    const isMove = grip && KEYS[event.key];
    if (grip && !isMove && !grip.type?.(event.key)) return;
    event.stopPropagation();
    if (!grip) return; // what the browser does with the key goes on
    event.preventDefault();
    if (isMove) grip.turn(...isMove);
  }

  // A handle in a group of the class grasp is moved by all of the group; one in the picture itself by the whole picture,
  // but a finger drags the handle only, and in a group what its handle catches; elsewhere it taps, or scrolls the page.
  function onPointer(event) {
    const { type, target, pointerType, pointerId, button } = event, place = target.closest(".grasp, svg[role]");
    const grip = place?.querySelector(":scope > .grip"), begins = type === "pointerdown";
    if (!grip) return;
    const touch = event.touches?.[0], where = within(place, touch ? { x: touch.clientX, y: touch.clientY } : event);
    const isDrag = place.localName === "svg" ? target === grip : grip.catches?.(...where) ?? true;
    if (touch) return void (isDrag && event.preventDefault()); // the page stands still
    if (begins) {
      isTap = pointerType === "touch" && !isDrag;
      if (button || isTap) return place.releasePointerCapture(pointerId); // which a finger has without asking
      place.setPointerCapture(pointerId);
      grip.focus({ preventScroll: true });
      event.preventDefault();
    }
    const isTapped = type === "click" && isTap;
    if (isTapped || place.hasPointerCapture(pointerId)) grip.move(...where, begins || isTapped);
  }

  const shown = make(frame);
  const observer = new ResizeObserver(() => {
    const width = Math.floor(body.clientWidth) - 24; // body has a margin of 12 inside
    if (width < 100 || width === frame.width) return; // hidden, as JupyterLab's cells are now and then
    frame.width = width;
    frame.draw();
  });
  observer.observe(body);
  root.addEventListener("pointerdown", () => { held = true; });
  for (const name of ["pointerdown", "click"]) root.addEventListener(name, settle, { capture: true });
  for (const name of ["touchstart", "pointerdown", "pointermove", "click"]) {
    root.addEventListener(name, onPointer, { passive: false });
  }
  const gone = new AbortController(), { signal } = gone;
  for (const name of ["pointerup", "pointercancel"]) window.addEventListener(name, () => { held = false; }, { signal });
  window.addEventListener("keydown", onKey, { capture: true, signal });
  for (const name of ["values", "data"]) model.on(`change:${name}`, follow);
  root.explorer = { frame, ...shown }; // for those who want to look inside, as the tests do
  return () => {
    observer.disconnect();
    gone.abort();
    for (const name of ["values", "data"]) model.off(`change:${name}`, follow);
    shown.stop();
    cancelAnimationFrame(asked);
  };
}
