/* Draws every [data-chart] from the JSON of the same id: a figure in light colours, and
   its layout for a narrow place. What all figures share, and what each colour is in the
   dark, stands in #chart-theme. Draws again when the theme or the place changes. */
(() => {
  const CONFIG = { displayModeBar: false, displaylogo: false, showSendToCloud: false,
    responsive: true, scrollZoom: false, doubleClick: false };
  const NARROW = 544;
  const system = matchMedia("(prefers-color-scheme: dark)");
  const theme = () => document.documentElement.dataset.theme || (system.matches ? "dark" : "light");
  const shared = () => JSON.parse(document.getElementById("chart-theme")?.textContent || "{}");

  const coloured = (text, colours) => (theme() === "dark"
    ? text.replace(/#[0-9A-Fa-f]{6}/g, (colour) => colours[colour] || colour) : text);

  const draw = (place) => {
    const source = document.getElementById(place.dataset.chart);
    if (!source || !window.Plotly) return;
    const common = shared();
    const figure = JSON.parse(coloured(source.textContent, common.colours));
    const small = figure.narrow && place.clientWidth < NARROW;
    const layout = small ? figure.narrow : figure.layout;
    place.dataset.small = String(Boolean(small));
    if (source.dataset.summary) place.setAttribute("aria-label", source.dataset.summary);
    place.style.setProperty("--height", `${layout.height}px`);
    window.Plotly.react(place, figure.data, { ...layout, template: common[theme()] },
      { ...CONFIG, ...common.config });
  };

  const fits = (place) => place.dataset.small === String(place.clientWidth < NARROW);
  addEventListener("resize", () => document.querySelectorAll("[data-small]").forEach((place) => {
    if (!fits(place)) draw(place);
  }));

  const drawAll = (inside) => inside.querySelectorAll("[data-chart]").forEach(draw);
  drawAll(document);
  // Limits that are tried come with the data of every chart.
  document.addEventListener("htmx:afterSwap", ({ detail: { target } }) => {
    drawAll(target.id === "what-if-result" ? document : target);
  });
  document.addEventListener("theme", () => drawAll(document));
  system.addEventListener("change", () => drawAll(document));
})();
