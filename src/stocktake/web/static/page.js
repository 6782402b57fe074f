// What the pages do beyond plain HTML: copy a hash, and fetch a row's bytes where they are asked for.
// Everything works without it. Text from the server is only ever set as text.
"use strict";

for (const button of document.querySelectorAll("button.copy")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.classList.add("done");
      setTimeout(() => button.classList.remove("done"), 1200);
    } catch {
      getSelection().selectAllChildren(button.previousElementSibling);
    }
  });
}

for (const button of document.querySelectorAll("button.bytes")) {
  button.hidden = false;
  let shown = null;
  button.addEventListener("click", async () => {
    const open = button.getAttribute("aria-expanded") !== "true";
    button.setAttribute("aria-expanded", String(open));
    if (shown) {
      shown.row.hidden = !open;
      return;
    }
    const row = button.closest("tr");
    const below = document.createElement("tr");
    const cell = below.appendChild(document.createElement("td"));
    cell.colSpan = row.cells.length;
    const text = cell.appendChild(document.createElement("pre"));
    text.className = "hex";
    text.tabIndex = 0;
    text.textContent = "Reading the exhibit…";
    row.after(below);
    shown = { row: below };
    try {
      const answer = await fetch(button.dataset.bytes, { credentials: "same-origin" });
      text.textContent = answer.ok ? await answer.text() : `The bytes can't be shown (${answer.status}).`;
    } catch {
      text.textContent = "The server does not answer. Is “stocktake serve” still running?";
    }
  });
}
