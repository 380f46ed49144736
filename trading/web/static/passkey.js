// Asks the server for a challenge, lets the phone or computer answer it, and sends its form.
const form = document.querySelector("form[data-passkey]");
const failed = document.querySelector("[data-failed]");

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

function decoded(options) {
  const listed = (each) => ({ ...each, id: bytes(each.id) });
  const found = { ...options, challenge: bytes(options.challenge) };
  if (options.user) found.user = { ...options.user, id: bytes(options.user.id) };
  if (options.excludeCredentials) found.excludeCredentials = options.excludeCredentials.map(listed);
  if (options.allowCredentials) found.allowCredentials = options.allowCredentials.map(listed);
  return found;
}

function encoded(made) {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (made.response[name]) response[name] = text(made.response[name]);
  }
  return JSON.stringify({ id: made.id, rawId: text(made.rawId), type: made.type, response, clientExtensionResults: {} });
}

async function answer() {
  const csrf = form.elements.csrf.value;
  const asked = await fetch(form.dataset.passkey, {
    method: "POST", headers: { "X-CSRF-Token": csrf }, credentials: "same-origin",
  });
  if (!asked.ok) throw new Error(String(asked.status));
  const publicKey = decoded(await asked.json());
  const made = "user" in publicKey
    ? await navigator.credentials.create({ publicKey })
    : await navigator.credentials.get({ publicKey });
  form.elements.answer.value = encoded(made);
  form.submit();
}

if (window.PublicKeyCredential) {
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    failed.hidden = true;
    answer().catch(() => { failed.hidden = false; });
  });
} else {
  document.querySelector("[data-lacking]").hidden = false;
}
