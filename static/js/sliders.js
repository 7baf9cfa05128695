/* Keeps a slider and its number field at the same value; the field is what is sent. */
(() => {
  document.addEventListener("input", (event) => {
    const { number, slider } = event.target.dataset;
    const other = document.getElementById(number || slider || "");
    if (!other) return;
    other.value = number ? event.target.value : event.target.value.replace(/[^0-9.]/g, "");
  });
})();
