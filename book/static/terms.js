// The meaning of a term, which the styles show: it stays on the page, and a finger sees it before the link leads away.
const WIDEST = 341; // of the box in book.css, with its edge
for (const term of document.querySelectorAll("a.term")) {
  const place = () => {
    const room = document.documentElement.clientWidth - 16 - WIDEST - term.getClientRects()[0].left;
    term.style.setProperty("--shift", `${Math.min(0, room)}px`);
  };
  for (const name of ["pointerenter", "focus"]) term.addEventListener(name, place);
  let isFirst = false;
  term.addEventListener("pointerdown", ({ pointerType }) => {
    isFirst = pointerType === "touch" && !term.classList.contains("tapped");
  });
  term.addEventListener("click", (event) => {
    if (!isFirst) return;
    event.preventDefault();
    term.classList.add("tapped");
  });
  document.addEventListener("pointerdown", ({ target }) => {
    if (!term.contains(target)) term.classList.remove("tapped");
  });
}
