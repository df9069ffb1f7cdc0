// Passkeys (WebAuthn): takes the server's question to the browser and its answer back
// with an ordinary form, so that whatever follows is a page like any other.
//
//   <form data-passkey="get" or "create" data-options="where to ask" hidden>
//     <input type="hidden" name="credential"> … <button> … <p data-passkey-state>
//   data-conditional          offers passkeys in the page's autofill as well
//   [data-passkey-unsupported] is hidden where passkeys work
//   [data-passkey-signal]     tells password managers which passkeys there still are
//
// A browser without the JSON functions of WebAuthn Level 3 is served by our own.

// There are no passkeys at an address without a name, nor without TLS but at localhost.
const supported = window.isSecureContext && window.PublicKeyCredential && navigator.credentials?.create
  && !/^(\[|[\d.]+$)/.test(location.hostname);

// A question lives for five minutes on the server.
const RENEW = 4 * 60 * 1000;

const decode = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));

const encode = (buffer) => {
  let text = "";
  for (const byte of new Uint8Array(buffer)) text += String.fromCharCode(byte);
  return btoa(text).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
};

const listed = (list = []) => list.map((c) => ({ ...c, id: decode(c.id) }));

function requestOptions(json) {
  if (PublicKeyCredential.parseRequestOptionsFromJSON) return PublicKeyCredential.parseRequestOptionsFromJSON(json);
  return { ...json, challenge: decode(json.challenge), allowCredentials: listed(json.allowCredentials) };
}

function creationOptions(json) {
  if (PublicKeyCredential.parseCreationOptionsFromJSON) return PublicKeyCredential.parseCreationOptionsFromJSON(json);
  return {
    ...json, challenge: decode(json.challenge), user: { ...json.user, id: decode(json.user.id) },
    excludeCredentials: listed(json.excludeCredentials),
  };
}

function written(credential) {
  try {
    return JSON.stringify(credential.toJSON());
  } catch { // missing, or broken by a password manager that stands in for it
    const { response } = credential;
    const all = { clientDataJSON: encode(response.clientDataJSON) };
    for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (response[name]) all[name] = encode(response[name]);
    }
    if (response.getTransports) all.transports = response.getTransports();
    return JSON.stringify({
      id: credential.id, rawId: encode(credential.rawId), type: credential.type, response: all,
      clientExtensionResults: credential.getClientExtensionResults(),
    });
  }
}

// ask fetches a question for the form, bound to what the form is bound to.
async function ask(form, signal) {
  const body = new URLSearchParams();
  for (const name of ["flow", "proof"]) {
    if (form.elements[name]) body.set(name, form.elements[name].value);
  }
  const answer = await fetch(form.dataset.options, { method: "POST", body, signal, headers: { Accept: "application/json" } });
  if (answer.redirected) location.assign(location.pathname); // the sign-in was too long ago
  if (!answer.ok || answer.redirected || !answer.headers.get("Content-Type")?.startsWith("application/json")) throw new Error("no question");
  return answer.json();
}

function send(form, credential) {
  form.elements.credential.value = written(credential);
  HTMLFormElement.prototype.submit.call(form);
}

// One ceremony at a time: browsers refuse a second one.
let controller;

async function offer(form) {
  // Whoever presses the button meanwhile comes first: two ceremonies would hang both.
  let mine = controller = new AbortController();
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  while (document.contains(form) && mine === controller) {
    mine = controller = new AbortController();
    let late = false;
    const timer = setTimeout(() => { late = true; mine.abort(); }, RENEW);
    try {
      const publicKey = requestOptions(await ask(form, mine.signal));
      const credential = await navigator.credentials.get({ publicKey, mediation: "conditional", signal: mine.signal });
      if (credential) return send(form, credential);
      return;
    } catch {
      if (!late) return;
    } finally {
      clearTimeout(timer);
    }
  }
}

async function press(form, state) {
  controller?.abort();
  const mine = controller = new AbortController();
  const say = (what) => { if (state) state.textContent = what ? state.dataset[what] : ""; };
  say("waiting");
  try {
    const question = await ask(form, mine.signal);
    const credential = form.dataset.passkey === "create"
      ? await navigator.credentials.create({ publicKey: creationOptions(question), signal: mine.signal })
      : await navigator.credentials.get({ publicKey: requestOptions(question), signal: mine.signal });
    say("");
    send(form, credential);
  } catch (error) {
    if (mine !== controller) return;
    const outcomes = { NotAllowedError: "cancelled", AbortError: "cancelled", InvalidStateError: "known" };
    say(outcomes[error.name] ?? "failed");
    if ("conditional" in form.dataset) offer(form);
  }
}

// signal keeps password managers from offering what is gone (WebAuthn Level 3, §5.1.10).
function signal(list) {
  const { relyingParty: rpId, user: userId, credentials, name, displayName } = list.dataset;
  const all = { rpId, userId, allAcceptedCredentialIds: JSON.parse(credentials) };
  PublicKeyCredential.signalAllAcceptedCredentials?.(all)?.catch(() => {});
  PublicKeyCredential.signalCurrentUserDetails?.({ rpId, userId, name, displayName })?.catch(() => {});
}

if (supported) {
  for (const note of document.querySelectorAll("[data-passkey-unsupported]")) note.hidden = true;
  for (const list of document.querySelectorAll("[data-passkey-signal]")) signal(list);
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const state = form.querySelector("[data-passkey-state]");
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      press(form, state);
    });
    form.hidden = false;
    form.querySelector("[autofocus]")?.focus();
    if ("conditional" in form.dataset) offer(form);
  }
}
