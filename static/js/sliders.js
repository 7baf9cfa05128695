/* Keeps a slider and its number field at the same value; the field is what is sent. */
(() => {
  // 2,5 is two and a half, as the form reads it; 2,500 is grouped.
  const plain = (text) => (/^\s*([1-9]\d{0,2}(,\d{3})+)?\s*$/.test(text) || text.includes(".")
    ? text : text.replace(",", ".")).replace(/[^0-9.]/g, "");

  document.addEventListener("input", (event) => {
    const { number, slider } = event.target.dataset;
    const other = document.getElementById(number || slider || "");
    if (!other) return;
    other.value = number ? event.target.value : plain(event.target.value);
  });
})();
