// What makes the pages of second factors pleasanter, and nothing that they need: a
// countdown until another code may be sent, and a button that prints.

for (const hint of document.querySelectorAll("[data-wait]")) {
  const button = hint.closest("form").querySelector("button");
  const end = Date.now() + Number(hint.dataset.wait) * 1000;
  const { waitOne, waitMany } = hint.dataset;
  const tick = () => {
    const left = Math.ceil((end - Date.now()) / 1000);
    if (left <= 0) {
      button.disabled = false;
      hint.remove();
      return;
    }
    button.disabled = true;
    hint.textContent = left === 1 ? waitOne : waitMany.replace("99", String(left));
    setTimeout(tick, 250);
  };
  tick();
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.addEventListener("click", () => window.print());
  button.hidden = false;
}
