/* Questions are graded in place; the reader is led to the verdict, and the finish panel learns of it. What was
   answered on an earlier visit is fetched when the question comes near, since the chapter's own text is the same for all. */
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
  const form = event.target;
  if (!form.matches("form.quiz")) return;
  lastAsked = form.id;
  window.htmx.ajax("POST", form.getAttribute("action"), { source: form, event, swap: "outerHTML" });
  event.preventDefault(); // where there is no htmx the line above has failed, and the browser sends the form
});

const nearing = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      nearing.unobserve(target);
      recall(target);
    }
  },
  { rootMargin: "1200px 0px" },
);

/** Not through htmx: it sends one request of an element at a time, and asks a form for a choice before it sends anything. */
async function recall(form) {
  const response = await fetch(form.getAttribute("action"), { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!response?.ok || !form.isConnected || form.contains(document.activeElement)) return;
  const answered = document.createRange().createContextualFragment(await response.text()).firstElementChild;
  form.replaceWith(answered);
}

const state = document.getElementById("chapter-state");
for (const key of Object.keys(state ? JSON.parse(state.textContent).answered : {})) {
  const form = document.getElementById(key);
  if (form?.matches("form.quiz")) nearing.observe(form);
}
