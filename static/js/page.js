/* Small conduct that every page shares: menus close, error summaries take the focus,
   polling rests while the page is hidden, toasts leave, a failed request is told. */
(() => {
  const closeMenus = (except) => {
    document.querySelectorAll("details.team[open]").forEach((menu) => {
      if (menu !== except) menu.open = false;
    });
  };
  document.addEventListener("click", (event) => closeMenus(event.target.closest("details.team")));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector("details.team[open]");
    if (!open) return;
    open.open = false;
    open.querySelector("summary").focus();
  });

  const focusErrors = (inside) => inside.querySelector("[data-focus]")?.focus();
  focusErrors(document);
  document.addEventListener("htmx:afterSwap", (event) => focusErrors(event.detail.target));

  document.addEventListener("htmx:beforeRequest", (event) => {
    const polls = (event.target.getAttribute("hx-trigger") || "").includes("every");
    if (polls && document.visibilityState === "hidden") event.preventDefault();
  });

  // Of tabs that do not fit, the open one is in sight.
  document.querySelectorAll(".tabs [aria-current]").forEach((tab) => {
    const row = tab.parentElement;
    row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
  });

  const dismiss = () => document.querySelectorAll(".toasts .toast--success, .toasts .toast--info")
    .forEach((toast) => toast.remove());
  setTimeout(dismiss, 8000);

  // A request that failed is told until a later one gets through: nobody would see that
  // what is typed is not kept, or that a figure is of the limit before.
  let failed = null;
  const tell = () => {
    if (failed) return;
    const place = document.querySelector(".toasts")
      || document.body.appendChild(document.createElement("div"));
    place.className = "toasts";
    failed = document.createElement("p");
    failed.className = "toast toast--warning";
    failed.setAttribute("role", "alert");
    place.append(failed);
    failed.textContent = "The last request failed. What is shown may be old, and what you"
      + " typed may not be saved.";
  };
  ["htmx:sendError", "htmx:timeout", "htmx:responseError"].forEach((name) => {
    document.addEventListener(name, tell);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (!event.detail.successful) return;
    failed?.remove();
    failed = null;
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    navigator.clipboard?.writeText(button.dataset.copy).then(() => { button.textContent = "Copied"; });
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy-url]");
    if (!button) return;
    fetch(button.dataset.copyUrl, { credentials: "same-origin" })
      .then((answer) => {
        // Whoever is signed out by now is led to a page that is not the text.
        if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
        return answer.text();
      })
      .then((text) => navigator.clipboard.writeText(text))
      .then(() => { button.textContent = "Copied"; })
      .catch(() => { button.textContent = "Not copied. Reload the page and try again"; });
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    const dialog = event.detail.target.closest("dialog");
    if (dialog && !dialog.open) dialog.showModal();
  });
  document.addEventListener("click", (event) => {
    const dialog = event.target.closest("[data-close]")?.closest("dialog");
    if (!dialog) return;
    event.preventDefault();
    dialog.close();
  });

  document.addEventListener("submit", (event) => {
    const question = event.submitter?.dataset.confirm;
    if (question && !confirm(question)) event.preventDefault();
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  });
})();
