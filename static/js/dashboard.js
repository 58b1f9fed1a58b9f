/* A choice changes the parts of the page at once, without loading all of it again. Without this
   script the button does the same; if anything goes wrong here, the form is sent as it is. */

const form = document.getElementById("controls");
const PARTS = ["headline", "controls", "parts"];
let asked = 0;

async function show(address, { remember }) {
  const number = ++asked;
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  if (!answer.ok && answer.status !== 400) throw new Error(answer.status);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (number !== asked) return; // a later choice is on its way
  const focused = document.activeElement?.id;
  for (const id of PARTS) {
    const [old, fresh] = [document.getElementById(id), page.getElementById(id)];
    if (!old || !fresh) throw new Error(id);
    old.replaceChildren(...fresh.childNodes);
  }
  document.title = page.title;
  if (remember) history.pushState(null, "", address);
  if (focused) document.getElementById(focused)?.focus();
}

function chosen(changed) {
  const values = new URLSearchParams(new FormData(form));
  // A tally belongs to its counter: another counter begins with its latest.
  if (changed === "counter") values.delete("tally");
  for (const [name, value] of [...values]) if (!value) values.delete(name);
  return `${location.pathname}?${values}`;
}

form?.addEventListener("change", (event) => {
  const address = chosen(event.target.name);
  show(address, { remember: true }).catch(() => location.assign(address));
});
addEventListener("popstate", () => {
  show(location.href, { remember: false }).catch(() => location.reload());
});
