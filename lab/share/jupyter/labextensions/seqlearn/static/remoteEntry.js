/* What the course adds to JupyterLab, so that everybody can read and work in it: pictures get the words that
 * `plots.describe` stores with them, sliders, players and quiz questions get names, and arrow keys stay in a control.
 * Neither JupyterLab nor ipywidgets has a setting for this. Plain JavaScript; nothing has to be built. */
"use strict";

(() => {
  let scope; // JupyterLab's own modules, by name and version

  async function lab(name) {
    const [version] = Object.values(scope[name]);
    return (await version.get())();
  }

  /* The picture of an output, with the words of its metadata. */
  function describedImage(RenderedImage) {
    return class extends RenderedImage {
      async render(model) {
        await super.render(model);
        const words = model.metadata["image/png"]?.alt;
        if (words) this.node.querySelector("img").alt = words;
      }
    };
  }

  const textOf = (element) => element?.textContent.trim() ?? "";

  /* Names for the parts of widgets that have none. */
  function nameWidgets(root) {
    for (const part of root.querySelectorAll(".widget-slider :is([role=slider], .widget-readout):not([aria-label])")) {
      const label = textOf(part.closest(".widget-slider").querySelector(".widget-label"));
      if (!label) continue;
      if (part.matches(".widget-readout")) part.setAttribute("role", "textbox");
      part.setAttribute("aria-label", part.matches(".widget-readout") ? `${label}, as a number` : label);
    }
    for (const player of root.querySelectorAll(".widget-play:not([role])")) {
      player.setAttribute("role", "group");
      player.setAttribute("aria-label", "play the slider");
      const names = ["Play or pause", "Back to the start", "Again and again"];
      player.querySelectorAll("button").forEach((button, n) => {
        button.title = names[n];
        button.setAttribute("aria-label", names[n]); // else the sign on it would be its name
      });
    }
    for (const question of root.querySelectorAll(".seqlearn-question:not([role])")) {
      const words = textOf(question.querySelector(".widget-html-content"));
      if (!words) continue;
      question.setAttribute("role", "group");
      question.setAttribute("aria-label", words);
    }
  }

  /* On a closed list, a radio button or a box JupyterLab takes the arrow keys to go to another cell. */
  const CONTROLS = "select, button, input[type=radio], input[type=checkbox]";
  function keepArrows(event) {
    if (event.key.startsWith("Arrow") && event.target.closest?.(".jupyter-widgets")?.contains(event.target)
        && event.target.matches(CONTROLS)) event.stopPropagation(); // what the browser does with the key goes on
  }

  function activate(app, rendermime, RenderedImage) {
    const Described = describedImage(RenderedImage);
    const factory = { safe: true, mimeTypes: ["image/png"], createRenderer: (options) => new Described(options) };
    rendermime.addFactory(factory, 80); // JupyterLab's own has rank 90; the lower one is asked first
    window.addEventListener("keydown", keepArrows, true);
    let waiting = false;
    new MutationObserver(() => {
      if (waiting) return;
      waiting = true;
      setTimeout(() => {
        waiting = false;
        nameWidgets(document);
      }, 100);
    }).observe(document.body, { childList: true, subtree: true });
  }

  const container = {
    init: (shared) => { scope = shared; },
    get: async () => {
      const { IRenderMimeRegistry, RenderedImage } = await lab("@jupyterlab/rendermime");
      const plugin = {
        id: "seqlearn:names",
        autoStart: true,
        requires: [IRenderMimeRegistry],
        activate: (app, rendermime) => activate(app, rendermime, RenderedImage),
      };
      return () => ({ __esModule: true, default: plugin });
    },
  };
  window._JUPYTERLAB ??= {};
  window._JUPYTERLAB.seqlearn = container;
})();
