// Sends the answer on to the application (OAuth 2.0 Form Post Response Mode).
// Without JavaScript the person presses the button of the same form.
document.getElementById("answer").submit();
