/* What stands around the chart. No page needs it before there is something to draw. */
const FRAME = `
  <div class="chart-tools">
    <button type="button" class="icon-button" data-chart="log" aria-pressed="false" aria-label="Logarithmic scale" title="Logarithmic scale">Log</button>
    <label class="chart-smooth">Smooth <input type="range" min="0" max="99" value="0" autocomplete="off" data-chart="smooth"></label>
    <span class="chart-zoom">
      <button type="button" class="icon-button" data-chart="out" aria-label="Zoom out" title="Zoom out">−</button>
      <button type="button" class="icon-button" data-chart="in" aria-label="Zoom in" title="Zoom in (or drag over the chart)">+</button>
      <button type="button" class="icon-button" data-chart="whole" title="The whole run (or double-click)" disabled>All<span class="visually-hidden"> steps</span></button>
    </span>
  </div>
  <div class="chart-stage">
    <div class="chart-plot"></div>
    <div class="chart-reader" role="slider" tabindex="0" aria-label="Read off values" aria-valuenow="0"></div>
  </div>
  <div class="chart-values"><span class="chart-keys"></span><span class="chart-caption"></span></div>
  <div class="chart-tabs" role="tablist" aria-label="Which numbers" hidden></div>
  <ul class="chart-notes"></ul>
  <p class="chart-said visually-hidden" role="status"></p>
  <div class="chart-foot">
    <details data-chart="table"><summary>As a table</summary><div class="chart-rows" tabindex="0" role="region" aria-label="The numbers of the chart" data-chart="rows"></div></details>
    <details class="chart-beside" data-chart="beside"><summary>Compare with</summary><ul aria-label="Curves to lay over these"></ul><p role="status"></p></details>
    <button type="button" class="link-button" data-chart="png"><span class="visually-hidden">Save as </span>PNG</button>
    <button type="button" class="link-button" data-chart="csv"><span class="visually-hidden">Save as </span>CSV</button>
  </div>`;

/** Fills the chart's element (components/chart.html). */
export function furnish(element) {
  element.innerHTML = FRAME.replaceAll(/\n\s*/g, "");
}
