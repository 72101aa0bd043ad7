/* Questions are graded in place by htmx; here the reader is led to the verdict, and the finish panel learns of it. */
document.addEventListener("htmx:after:swap", () => {
  const asked = lastAsked && document.getElementById(lastAsked);
  lastAsked = null;
  if (!asked) return;
  const verdict = asked.querySelector("[role=status], .verdict, .result");
  if (verdict) {
    verdict.tabIndex = -1;
    verdict.focus({ preventScroll: true });
  }
  document.dispatchEvent(new Event("progress"));
});

let lastAsked = null;
document.addEventListener("submit", (event) => {
  if (event.target.matches("form.quiz")) lastAsked = event.target.id;
});
