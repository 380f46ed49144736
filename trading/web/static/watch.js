// The phone of a representative: its key, the draft, the recorder. Every page works without this.
const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" };
const RECORD_SECONDS_MAX = 180;
const all = (selector) => document.querySelectorAll(selector);
const one = (selector) => document.querySelector(selector);
const hex = (bytes) => Array.from(new Uint8Array(bytes), (b) => b.toString(16).padStart(2, "0")).join("");
const unhex = (text) => Uint8Array.from(text.match(/../g) || [], (pair) => parseInt(pair, 16));

// The private key is kept where no script can read it out: not extractable, in IndexedDB.
function store(mode, act) {
  return new Promise((resolve, reject) => {
    const opened = indexedDB.open("trading", 1);
    opened.onupgradeneeded = () => opened.result.createObjectStore("keys");
    opened.onerror = () => reject(opened.error);
    opened.onsuccess = () => {
      const asked = act(opened.result.transaction("keys", mode).objectStore("keys"));
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    };
  });
}
async function keyOf(person) {
  if (!globalThis.indexedDB || !globalThis.crypto?.subtle) return null;
  try {
    return (await store("readonly", (keys) => keys.get(person))) || null;
  } catch {
    return null;
  }
}
async function newKey(person) {
  const pair = await crypto.subtle.generateKey(ALGORITHM, false, ["sign", "verify"]);
  const open = await crypto.subtle.exportKey("raw", pair.publicKey);
  const made = { key: pair.privateKey, open: hex(open), name: hex(await crypto.subtle.digest("SHA-256", open)) };
  await store("readwrite", (keys) => keys.put(made, person));
  return made;
}

function prepareStatement(form) {
  const { device, signature } = form.elements;
  const assisted = form.querySelector("[data-assisted]");
  const known = form.dataset.devices.split(" ");
  const found = keyOf(form.dataset.person).then((own) => (own && known.includes(own.name) ? own : null));
  const tell = async () => {
    if (!(await found)) return;
    form.querySelector("[data-signs]").hidden = assisted.checked;
    form.querySelector("[data-unsigned]").hidden = true;
  };
  assisted.addEventListener("change", tell);
  tell();
  let signing = false;
  form.addEventListener("submit", async (event) => {
    if (signature.value) return;
    event.preventDefault();
    if (signing) return;
    signing = true;
    const own = assisted.checked ? null : await found;
    if (own) {
      const made = await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, own.key, unhex(form.dataset.message));
      signature.value = hex(made);
      device.value = own.name;
    }
    form.submit();
  });
}

async function prepareKey(form) {
  if (!globalThis.indexedDB || !globalThis.crypto?.subtle) {
    one("[data-no-key]").hidden = false;
    return;
  }
  const own = await keyOf(form.dataset.person);
  const shown = own && one(`[data-phone="${own.name}"]`);
  if (shown) {
    shown.querySelector("[data-this]").hidden = false;
    return;
  }
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    if (form.elements.public_key.value) return;
    event.preventDefault();
    try {
      form.elements.public_key.value = (own || (await newKey(form.dataset.person))).open;
      form.submit();
    } catch {
      one("[data-no-key]").hidden = false;
    }
  });
}

// What was typed stays on the phone until it was taken.
function keepDraft(field) {
  const name = `draft ${field.dataset.draft}`;
  try {
    field.value = field.value || localStorage.getItem(name) || "";
    field.addEventListener("input", () => localStorage.setItem(name, field.value));
    field.form.addEventListener("submit", () => localStorage.setItem("draft sent", name));
  } catch {
    // A browser without storage keeps nothing, and all else works.
  }
}
function dropDraft() {
  try {
    localStorage.removeItem(localStorage.getItem("draft sent") || "");
  } catch {
    // There was none.
  }
}

function prepareRecorder(button) {
  if (!globalThis.MediaRecorder || !navigator.mediaDevices || !globalThis.DataTransfer) return;
  const field = button.parentElement.querySelector("input");
  const heard = button.parentElement.querySelector("[data-heard]");
  let recorder = null;
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (recorder?.state === "recording") return recorder.stop();
    let sound;
    try {
      sound = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch {
      button.textContent = button.dataset.failed;
      button.disabled = true;
      return;
    }
    const parts = [];
    recorder = new MediaRecorder(sound);
    recorder.ondataavailable = (event) => parts.push(event.data);
    recorder.onstop = () => {
      sound.getTracks().forEach((track) => track.stop());
      const blob = new Blob(parts, { type: recorder.mimeType });
      const carried = new DataTransfer();
      carried.items.add(new File([blob], "voice", { type: recorder.mimeType }));
      field.files = carried.files;
      heard.src = URL.createObjectURL(blob);
      heard.hidden = false;
      button.textContent = button.dataset.again;
    };
    recorder.start();
    button.textContent = button.dataset.stop;
    setTimeout(() => recorder.state === "recording" && recorder.stop(), RECORD_SECONDS_MAX * 1000);
  });
}

function watchLine() {
  const told = one("[data-offline]");
  const tell = () => (told.hidden = navigator.onLine);
  addEventListener("online", tell);
  addEventListener("offline", tell);
  tell();
  addEventListener("submit", (event) => {
    if (navigator.onLine) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    told.hidden = false;
    told.scrollIntoView();
  }, true);
}

watchLine();
all("form[data-message]").forEach(prepareStatement);
all("form[data-new-key]").forEach(prepareKey);
all("[data-draft]").forEach(keepDraft);
all("[data-record]").forEach(prepareRecorder);
if (one("[data-sent]")) dropDraft();
