// What makes a page pleasanter, and nothing that it needs: the forms work
// without this file.

for (const button of document.querySelectorAll("button.reveal")) {
  const input = document.getElementById(button.getAttribute("aria-controls"));
  const { show, showLabel, hide, hideLabel } = button.dataset;
  const cover = (covered) => {
    input.type = covered ? "password" : "text";
    button.textContent = covered ? show : hide;
    button.setAttribute("aria-label", covered ? showLabel : hideLabel);
  };
  button.addEventListener("click", () => {
    cover(input.type === "text");
    input.focus();
  });
  // A password sent in clear text would be offered as an ordinary entry later.
  input.form.addEventListener("submit", () => cover(true));
  button.hidden = false;
}

// A second press would be answered with an error about the first.
for (const form of document.querySelectorAll("form")) {
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
  // The page comes back as it was when the person returns with "back".
  window.addEventListener("pageshow", () => { sent = false; });
}
