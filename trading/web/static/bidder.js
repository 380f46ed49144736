// The live page of a bidder: amount in capitals, step buttons that follow the price, and a bid
// that survives a lost answer. Everything here also works as plain forms.
const DIGITS = "零壹贰叁肆伍陆柒捌玖";
const PLACES = ["", "拾", "佰", "仟"];
const GROUPS = ["", "万", "亿", "万亿"];
const RETRY_MS = 1000;

function group(figures) {
  let told = "";
  let zero = false;
  for (let at = 0; at < 4; at += 1) {
    const digit = Number(figures[at]);
    if (!digit) zero = true;
    else {
      told += (zero && told ? "零" : "") + DIGITS[digit] + PLACES[3 - at];
      zero = false;
    }
  }
  return told;
}

// The amount of a text such as 15600.5 in capitals, empty for what is no amount.
export function capitals(text) {
  const found = /^(0|[1-9][0-9]{0,12})(?:\.([0-9]{1,2}))?$/.exec(text.replace(/[,，\s]/g, ""));
  if (!found) return "";
  const padded = found[1].padStart(16, "0");
  let told = "";
  let gap = false;
  for (let n = 0; n < 4; n += 1) {
    const figures = padded.slice(n * 4, n * 4 + 4);
    if (Number(figures)) {
      if (told && (gap || figures[0] === "0")) told += "零";
      told += group(figures) + GROUPS[3 - n];
      gap = false;
    } else if (told) gap = true;
  }
  const [jiao, fen] = (found[2] || "").padEnd(2, "0");
  const cents = (Number(jiao) ? `${DIGITS[jiao]}角` : "") + (Number(fen) ? `${DIGITS[fen]}分` : "");
  const whole = told ? `${told}元` : "";
  if (!cents) return `${whole || "零元"}整`;
  return whole + (whole && !Number(jiao) ? "零" : "") + cents;
}

function speak(field) {
  const target = document.getElementById(field.dataset.capitals);
  const tell = () => { target.textContent = capitals(field.value.trim()); };
  field.addEventListener("input", tell);
  tell();
}

const yuan = (fen) => `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, "0")}`;
const read = (fen) => (fen / 100).toLocaleString("en", { minimumFractionDigits: 2 });

function follow(board) {
  const form = document.querySelector("[data-bid]");
  const leading = board.querySelector("[data-leading]");
  const behind = board.querySelector("[data-behind]");
  board.addEventListener("live:change", (event) => {
    const now = event.detail;
    if (now.place && now.place !== board.dataset.place) return location.reload();
    if (!now.lead_number) return;
    const mine = String(now.lead_number) === board.dataset.bidder;
    leading.hidden = !mine;
    if (behind) behind.hidden = mine;
    if (!form) return;
    const step = Number(form.dataset.step);
    form.querySelectorAll("[data-above]").forEach((button) => {
      const above = 1 + Number(button.dataset.above);
      const price = now.lead_fen + above * step;
      button.value = yuan(price);
      button.hidden = Boolean(Number(form.dataset.top)) && price > Number(form.dataset.top);
      button.querySelector("strong").textContent = read(price);
      const told = button.querySelector("span");
      if (button.dataset.text) told.textContent = button.dataset.text.replace("{n}", above);
    });
  });
}

// The same key again is the same bid: the receipt that was lost on its way comes once more.
function insist(form) {
  const told = form.querySelector("[data-retry]");
  let sent = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (sent) return;
    sent = true;
    const body = new URLSearchParams(new FormData(form));
    for (;;) {
      try {
        const headers = { Accept: "application/json" };
        const answer = await fetch(form.action, { method: "POST", body, headers });
        if (answer.status === 201) location.assign(answer.headers.get("Location"));
        else form.submit();
        return;
      } catch {
        told.textContent = form.dataset.textRetry;
        told.hidden = false;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  });
  addEventListener("pageshow", (event) => { if (event.persisted) sent = false; });
}

document.querySelectorAll("[data-capitals]").forEach(speak);
document.querySelectorAll("[data-place]").forEach(follow);
document.querySelectorAll("[data-send]").forEach(insist);
