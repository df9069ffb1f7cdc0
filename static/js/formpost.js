// Sends the answer on to the application (OAuth 2.0 Form Post Response Mode).
// Without JavaScript the person presses the button of the same form. The method
// is taken from the prototype, because a field named "submit" would hide it.
HTMLFormElement.prototype.submit.call(document.getElementById("answer"));
