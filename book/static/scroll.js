// What is wider than the page scrolls by itself; then the keyboard must be able to reach it.
const reach = () => {
  for (const box of document.querySelectorAll(".math-wrapper, div.highlight pre, .cell_output pre")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
  for (const formula of document.querySelectorAll("mjx-container:not([display])")) { // within a line
    formula.classList.remove("wide");
    const isWide = formula.offsetWidth > formula.closest("p, li, td, dd, article").clientWidth;
    formula.classList.toggle("wide", isWide);
    if (isWide) formula.tabIndex = 0;
  }
};
window.addEventListener("resize", reach);
document.querySelector(".sidebar-tree .current-page")?.scrollIntoView({ block: "nearest" });
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
