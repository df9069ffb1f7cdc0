// Counts down until another message can be asked for. The server decides; this only
// tells the time.

for (const wait of document.querySelectorAll("[data-wait]")) {
  const button = wait.parentElement.querySelector("button");
  const clock = wait.querySelector("span");
  const end = Date.now() + Number(wait.dataset.wait) * 1000;
  const tick = () => {
    const left = Math.ceil((end - Date.now()) / 1000);
    if (left <= 0) {
      wait.remove();
      button.removeAttribute("aria-disabled");
      return;
    }
    clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    setTimeout(tick, 1000);
  };
  button.setAttribute("aria-disabled", "true");
  button.form.addEventListener("submit", (event) => {
    if (button.getAttribute("aria-disabled")) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  }, { capture: true });
  tick();
}
