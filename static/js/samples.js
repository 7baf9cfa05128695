/* Walks samples by keyboard while the focus is in their section: J and arrow down to the
   next, K and arrow up to the previous. Marks the open row and moves the focus with it. */
(() => {
  const NEXT = ["j", "J", "ArrowDown"];
  const BEFORE = ["k", "K", "ArrowUp"];
  const rows = () => [...document.querySelectorAll("[data-sample]")];

  const step = (forward) => {
    const link = document.querySelector(`#sample-detail [rel=${forward ? "next" : "prev"}]`);
    if (link) return link.click();
    if (!document.querySelector("[data-open]")) (forward ? rows()[0] : rows().at(-1))?.click();
  };

  document.addEventListener("keydown", (event) => {
    const section = event.target.closest("[data-sample-keys]");
    if (!section || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("input, select, textarea, button, summary")) return;
    const forward = NEXT.includes(event.key);
    if (!forward && !BEFORE.includes(event.key)) return;
    event.preventDefault();
    const listed = rows();
    const at = listed.indexOf(event.target);
    if (at >= 0 && event.key.startsWith("Arrow")) listed[at + (forward ? 1 : -1)]?.focus();
    else step(forward);
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "sample-detail") return;
    const open = event.detail.target.querySelector("[data-open]");
    rows().forEach((link) => {
      const here = open && link.textContent === open.dataset.open;
      link.closest("tr").classList.toggle("is-picked", Boolean(here));
      link.toggleAttribute("aria-current", Boolean(here));
      if (here) link.setAttribute("aria-current", "true");
    });
    open?.querySelector("h3").focus({ preventScroll: true });
    open?.scrollIntoView({ block: "nearest" });
  });
})();
