// What is wider than the page scrolls by itself; then the keyboard must be able to reach it.
const reach = () => {
  for (const box of document.querySelectorAll(".math-wrapper, div.highlight pre, .cell_output pre")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
};
window.addEventListener("resize", reach);
window.addEventListener("load", async () => {
  reach();
  if (window.MathJax?.startup) {
    await MathJax.startup.promise;
    reach();
  }
  if (!location.hash) document.querySelector(".highlighted")?.scrollIntoView({ block: "center" }); // of a search
});

// On a narrow page a tap shows a picture in its own size, and another one the whole of it again.
for (const picture of document.querySelectorAll(".cell_output img")) {
  picture.addEventListener("click", () => picture.closest(".cell_output").classList.toggle("large"));
}
