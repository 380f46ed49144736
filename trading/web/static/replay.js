// Plays the entries of one lot: every step is fetched as a part of the page. Without scripts the
// slider is a form and every step a link.
const frame = document.querySelector("[data-replay]");
const STEP_MS = 1200;
let timer = 0;

async function show(step) {
  const seen = frame.querySelector("[name=seen]").value;
  const query = new URLSearchParams({ step, seen });
  const answer = await fetch(`${frame.dataset.replay}?${query}`, { credentials: "same-origin" });
  if (!answer.ok) { location.reload(); return; }
  const held = document.activeElement && document.activeElement.id;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  frame.replaceChildren(...page.body.childNodes);
  history.replaceState(null, "", `?${query}`);
  if (held && document.getElementById(held)) document.getElementById(held).focus();
  dress();
}

function slider() { return frame.querySelector("[type=range]"); }

function stop() {
  clearInterval(timer);
  timer = 0;
  dress();
}

function play() {
  timer = setInterval(() => {
    const at = Number(slider().value);
    if (at >= Number(slider().max)) stop();
    else show(at + 1);
  }, STEP_MS);
  dress();
}

function dress() {
  const button = frame.querySelector("[data-play]");
  button.hidden = false;
  if (timer) button.textContent = button.dataset.stop;
}

frame.addEventListener("click", (event) => {
  const step = event.target.closest("[data-step]");
  if (step) { event.preventDefault(); show(step.dataset.step); }
  const button = event.target.closest("[data-play]");
  if (button && timer) { stop(); show(slider().value); } else if (button) play();
});
frame.addEventListener("change", (event) => {
  if (event.target === slider()) show(slider().value);
});
dress();
