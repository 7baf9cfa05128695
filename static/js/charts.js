/* Draws every [data-chart] from the JSON of the same id, which holds the figure for the
   light and for the dark theme; draws again when the theme changes. */
(() => {
  const CONFIG = { displayModeBar: false, displaylogo: false, showSendToCloud: false,
    responsive: true, scrollZoom: false, doubleClick: false };
  const system = matchMedia("(prefers-color-scheme: dark)");
  const theme = () => document.documentElement.dataset.theme || (system.matches ? "dark" : "light");

  const draw = (place) => {
    const source = document.getElementById(place.dataset.chart);
    if (!source || !window.Plotly) return;
    const figure = JSON.parse(source.textContent)[theme()];
    window.Plotly.react(place, figure.data, figure.layout, { ...CONFIG, ...figure.config });
  };

  const drawAll = (inside) => inside.querySelectorAll("[data-chart]").forEach(draw);
  drawAll(document);
  document.addEventListener("htmx:afterSwap", (event) => drawAll(event.detail.target));
  document.addEventListener("theme", () => drawAll(document));
  system.addEventListener("change", () => drawAll(document));
})();
