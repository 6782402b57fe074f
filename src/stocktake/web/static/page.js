// What the pages do beyond plain HTML: copy a hash, and fetch a row's bytes when they are opened.
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

for (const row of document.querySelectorAll("tr.bytes-row")) {
  row.hidden = false;
  const details = row.querySelector("details");
  details.addEventListener("toggle", async () => {
    if (!details.open || details.dataset.read) return;
    details.dataset.read = "yes";
    const shown = details.querySelector("pre");
    try {
      const answer = await fetch(details.dataset.bytes, { credentials: "same-origin" });
      shown.textContent = answer.ok ? await answer.text() : "The bytes can't be shown: " + answer.status;
    } catch {
      delete details.dataset.read;
      shown.textContent = "The server does not answer. Is “stocktake serve” still running?";
    }
  });
}
