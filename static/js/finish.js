/* Keeps the finish panel true: when something was read, answered or run, it is fetched again as soon as it is looked at. */
let stale = false;
let visible = false;
let fetching = false;

async function refresh() {
  const panel = document.getElementById("finish");
  if (!stale || !visible || fetching || !panel) return;
  stale = false;
  fetching = true;
  try {
    const response = await fetch(location.pathname, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.getElementById("finish");
    if (response.ok && fresh && !panel.contains(document.activeElement)) replace(panel, fresh);
  } catch {
    stale = true; // offline: the next change tries again
  } finally {
    fetching = false;
  }
}

function replace(panel, fresh) {
  panel.replaceWith(document.adoptNode(fresh));
  window.htmx?.process(fresh);
  watch();
}

const sight = new IntersectionObserver((entries) => {
  visible = entries.at(-1).isIntersecting;
  refresh();
});

function watch() {
  const panel = document.getElementById("finish");
  sight.disconnect();
  if (panel) sight.observe(panel);
}

watch();
document.addEventListener("htmx:after:swap", watch);
document.addEventListener("progress", () => {
  stale = true;
  refresh();
});
