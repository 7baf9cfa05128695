/* Draws every [data-chart] from the JSON of the same id, which holds the figure for the
   light and for the dark theme, and its layout on a narrow place; draws again when the
   theme or the place changes. */
(() => {
  const CONFIG = { displayModeBar: false, displaylogo: false, showSendToCloud: false,
    responsive: true, scrollZoom: false, doubleClick: false };
  const system = matchMedia("(prefers-color-scheme: dark)");
  const NARROW = 544;
  const theme = () => document.documentElement.dataset.theme || (system.matches ? "dark" : "light");

  const draw = (place) => {
    const source = document.getElementById(place.dataset.chart);
    if (!source || !window.Plotly) return;
    const figure = JSON.parse(source.textContent)[theme()];
    const small = figure.narrow && place.clientWidth < NARROW;
    const layout = small ? figure.narrow : figure.layout;
    place.dataset.small = String(Boolean(small));
    place.style.setProperty("--height", `${layout.height}px`);
    window.Plotly.react(place, figure.data, layout, { ...CONFIG, ...figure.config });
  };

  const fits = (place) => place.dataset.small === String(place.clientWidth < NARROW);
  addEventListener("resize", () => document.querySelectorAll("[data-small]").forEach((place) => {
    if (!fits(place)) draw(place);
  }));

  const drawAll = (inside) => inside.querySelectorAll("[data-chart]").forEach(draw);
  drawAll(document);
  document.addEventListener("htmx:afterSwap", (event) => drawAll(event.detail.target));
  document.addEventListener("theme", () => drawAll(document));
  system.addEventListener("change", () => drawAll(document));
})();
