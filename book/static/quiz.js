// Answers a chapter's quiz on the page. What was answered is kept in this browser and goes nowhere else.
for (const form of document.querySelectorAll("form.quiz")) {
  const key = `seqlearn-quiz-${form.dataset.chapter}`;
  const questions = [...form.querySelectorAll("fieldset")];
  let first = {};
  try {
    first = JSON.parse(localStorage.getItem(key)) || {};
  } catch {
    // A browser that keeps nothing, or something else under that name: begin anew.
  }

  const showScore = () => {
    const right = Object.values(first).filter(Boolean).length;
    const answered = Object.keys(first).length;
    form.querySelector(".score").textContent =
      `${right} right at the first try, ${answered} of ${questions.length} answered`;
  };

  questions.forEach((question, number) => {
    const options = [...question.querySelectorAll("input")];
    const status = question.querySelector("[role=status]");
    if (number in first) status.textContent = first[number] ? "✓ Right at the first try." : "✗ Not right at the first try.";
    question.querySelector("button").addEventListener("click", () => {
      if (!options.some((option) => option.checked)) {
        status.textContent = "Choose an option first.";
        return;
      }
      const isRight = options.every((option) => option.checked === (option.dataset.right === "1"));
      status.textContent = isRight ? "✓ Right." : "✗ Not quite.";
      for (const why of question.querySelectorAll(".why")) why.hidden = false;
      if (!(number in first)) {
        first[number] = isRight;
        try {
          localStorage.setItem(key, JSON.stringify(first));
        } catch {
          // Nothing is kept, and the page works all the same.
        }
      }
      showScore();
    });
  });
  const again = Object.assign(document.createElement("button"), { type: "button", textContent: "Begin again" });
  again.addEventListener("click", () => {
    first = {};
    try {
      localStorage.removeItem(key);
    } catch {
      // Nothing was kept.
    }
    form.reset();
    for (const each of form.querySelectorAll("[role=status]")) each.textContent = "";
    for (const why of form.querySelectorAll(".why")) why.hidden = true;
    showScore();
  });
  form.append(again);
  form.addEventListener("submit", (event) => event.preventDefault());
  showScore();
}
