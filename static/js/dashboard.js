/* A choice changes the parts of the page at once, without loading all of it again. Without this
   script the button does the same; if anything goes wrong here, the form is sent as it is. */

const FIRST_DAY = "1900-01-01"; // as in sources/validators.py
const A_PAUSE = 600; // milliseconds without another change, before a day is taken as typed
const form = document.getElementById("controls");
const PARTS = ["headline", "parts"];
const ALL = [...PARTS, "controls"];
let asked = 0;
let waiting = 0;
let here = location.pathname + location.search;

async function show(address, ids) {
  const number = ++asked;
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  if (!answer.ok) throw new Error(answer.status);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (number !== asked) return false; // a later choice is on its way
  const focused = document.activeElement?.id;
  for (const id of ids) {
    const [old, fresh] = [document.getElementById(id), page.getElementById(id)];
    if (!old || !fresh) throw new Error(id);
    old.replaceChildren(...fresh.childNodes);
  }
  document.title = page.title;
  if (focused) document.getElementById(focused)?.focus();
  return true;
}

function chosen(changed) {
  const values = new URLSearchParams(new FormData(form));
  // A tally belongs to its counter: another counter begins with its latest.
  if (changed === "counter") values.delete("tally");
  for (const [name, value] of [...values]) if (!value) values.delete(name);
  return `${location.pathname}${values.size ? "?" : ""}${values}`;
}

function ask(changed) {
  const address = chosen(changed);
  // Only another counter has other lists to choose from; a field that is typed in stays as it is.
  show(address, changed === "counter" ? ALL : PARTS)
    .then((shown) => {
      if (!shown) return;
      history.pushState(null, "", address);
      here = address;
    })
    .catch(() => location.assign(address));
}

// The year 2024 is the years 2, 20 and 202 while it is typed.
const isHalfTyped = (field) => field.type === "date" && field.value && field.value < FIRST_DAY;

/** A window that is moved ends before it begins, until its other day is given too. */
function isHalfMoved() {
  const { since, until } = form.elements;
  const isSo = Boolean(since.value && until.value && since.value > until.value);
  until.min = isSo ? since.value : ""; // the browser says so to whoever presses the button
  return isSo;
}

form?.addEventListener("change", ({ target }) => {
  clearTimeout(waiting);
  if (isHalfTyped(target) || isHalfMoved()) return;
  waiting = setTimeout(() => ask(target.name), target.type === "date" ? A_PAUSE : 0);
});
form?.addEventListener("submit", () => clearTimeout(waiting));
addEventListener("popstate", () => {
  const address = location.pathname + location.search;
  if (address === here) return; // only another place on the page
  here = address;
  show(address, ALL).catch(() => location.reload());
});
