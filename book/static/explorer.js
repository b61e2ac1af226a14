// Explorers that move without a kernel. Their states were drawn in advance; states.js of an explorer, fetched when the
// reader comes near, says which controls there are, and for each state its picture and its words. Others compute and draw
// in the page: live.js is the module that JupyterLab has, with its data.
(() => {
  const figures = [...document.querySelectorAll("figure.explorer")];
  const folder = (name) => `_static/explorers/${name}`;

  window.seqlearnStates = (name, data) => {
    for (const figure of figures) if (figure.dataset.explorer === name) start(figure, name, data);
  };

  window.seqlearnLive = (name, module, state) => {
    const model = { get: (key) => state[key], set: (key, value) => { state[key] = value; }, save_changes() {}, on() {}, off() {} };
    for (const figure of figures) {
      if (figure.dataset.explorer !== name) continue;
      const el = document.createElement("div");
      figure.replaceChildren(el);
      module.render({ model, el });
      figure.dataset.ready = "";
    }
  };

  const near = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      const script = document.createElement("script");
      script.src = `${folder(target.dataset.explorer)}/${"live" in target.dataset ? "live" : "states"}.js`;
      if (!("live" in target.dataset)) document.head.append(script);
      else { // its styles first: the module measures how much room it has
        const style = document.createElement("link");
        Object.assign(style, { rel: "stylesheet", href: "_static/explorers/live.css", onload: () => document.head.append(script) });
        document.head.append(style);
      }
    }
  }, { rootMargin: "600px" });
  figures.forEach((figure) => near.observe(figure));

  function start(figure, name, { controls, states, keeps }) {
    const caption = figure.querySelector("figcaption");
    const status = document.createElement("p");
    status.setAttribute("role", "status");
    let shown = figure.querySelector("img");
    const frame = document.createElement("div"); // so that a kept picture lies exactly on the one that is shown
    frame.className = "frame";
    shown.replaceWith(frame);
    frame.append(shown);
    let timer;
    let kept; // the picture that was kept for comparison
    const places = controls.map((control) => control.start);
    const pictures = new Map(); // by their names, the images that were asked for

    const stateAt = (at) => states[at.reduce((sum, place, i) => sum * controls[i].words.length + place, 0)];

    function load(picture) {
      if (!pictures.has(picture)) {
        const image = new Image();
        image.src = `${folder(name)}/${picture}.webp`;
        pictures.set(picture, { image, ready: image.decode() });
      }
      return pictures.get(picture);
    }

    function show() {
      const [picture, itsOwn] = stateAt(places);
      const words = itsOwn + (kept ? ` Behind it, pale, for comparison: ${kept.dataset.settings}.` : "");
      const wanted = load(picture);
      const put = () => {
        if (stateAt(places)[0] !== picture) return;
        wanted.image.alt = caption.textContent; // other states may have the same picture
        if (wanted.image !== shown) shown.replaceWith(wanted.image);
        shown = wanted.image;
        figure.dataset.shown = picture;
      };
      if (wanted.isReady) put();
      else wanted.ready.then(() => { wanted.isReady = true; put(); }, () => pictures.delete(picture));
      caption.textContent = words;
      shown.alt = words;
      clearTimeout(timer);
      timer = setTimeout(() => { status.textContent = words; }, 500); // quiet while something is dragged
      loadNeighbours();
    }

    // What one more notch, or another choice, would show. A long drag comes upon pictures that are there already.
    function loadNeighbours() {
      controls.forEach(({ kind, words }, i) => {
        const reach = kind === "range" ? 4 : words.length;
        for (let place = Math.max(0, places[i] - reach); place <= Math.min(words.length - 1, places[i] + reach); place++) {
          const entry = load(stateAt(places.with(i, place))[0]);
          entry.ready.then(() => { entry.isReady = true; }, () => {});
        }
      });
    }

    // From the first value to the last in some ten seconds; a slider taken by hand stops it.
    function playButton(count, input, take) {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: "play" });
      let running;
      const stop = () => {
        clearInterval(running);
        running = undefined;
        button.textContent = "play";
      };
      button.addEventListener("click", () => {
        if (running) return stop();
        let place = Number(input.value) === count - 1 ? -1 : Number(input.value);
        button.textContent = "stop";
        running = setInterval(() => {
          place += 1;
          input.value = String(place);
          take(place);
          if (place === count - 1) stop();
        }, Math.max(200, Math.min(600, 10000 / count)));
      });
      input.addEventListener("input", stop);
      return button;
    }

    // The picture of now stays behind those that come: what has not moved lies on itself.
    function keepButton() {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: "keep this curve" });
      button.setAttribute("aria-pressed", "false");
      button.addEventListener("click", () => {
        if (kept) kept.remove();
        kept = kept ? undefined : shown.cloneNode();
        if (kept) {
          Object.assign(kept, { className: "kept", alt: "" });
          kept.dataset.settings = controls.map((control, i) => `${control.label} ${control.words[places[i]]}`).join(", ");
          shown.before(kept);
        }
        button.setAttribute("aria-pressed", String(Boolean(kept)));
        show();
      });
      return button;
    }

    const box = document.createElement("div");
    box.className = "controls";
    controls.forEach((control, i) => {
      const label = document.createElement("label");
      label.append(`${control.label} `);
      let input;
      if (control.kind === "select") {
        input = document.createElement("select");
        control.words.forEach((word, place) => input.add(new Option(word, place, place === control.start)));
        input.value = String(control.start);
      } else {
        input = document.createElement("input");
        input.type = control.kind;
        Object.assign(input, { min: 0, max: control.words.length - 1, step: 1 });
        input.value = String(control.start);
        input.checked = control.words[control.start] === "True";
      }
      const output = document.createElement("span"); // an <output> would be read aloud at every notch
      output.className = "value";
      output.setAttribute("aria-hidden", "true");
      const say = () => {
        if (control.kind !== "range") return;
        output.textContent = control.words[places[i]];
        input.setAttribute("aria-valuetext", control.words[places[i]]);
      };
      const take = (place) => {
        places[i] = place;
        say();
        show();
      };
      input.addEventListener("input", () => {
        take(control.kind === "checkbox" ? control.words.indexOf(input.checked ? "True" : "False") : Number(input.value));
      });
      say();
      label.append(input);
      if (control.kind === "range") label.append(output);
      box.append(label);
      if (control.plays) box.append(playButton(control.words.length, input, take));
    });
    if (keeps) box.append(keepButton());
    figure.prepend(box);
    figure.append(status);
    figure.dataset.ready = "";
    loadNeighbours();
  }
})();
