/* What a mark of a chart stands for, shown beside it on hover and on keyboard focus. It stays while
   the pointer is on the mark or on the words, and Escape hides it.
   Without this script the same words stand in the mark's title and in the table below. */

const tip = document.createElement("div");
tip.className = "tip";
tip.hidden = true;
tip.setAttribute("aria-hidden", "true"); // the mark itself is read out
document.body.append(tip);

const MARK = ".chart svg :is(a, g[data-tip], g:has(> title))";

function show(mark) {
  const title = mark.querySelector("title");
  if (title) {
    mark.dataset.tip = title.textContent;
    title.remove(); // or the browser shows a second one
  }
  if (!mark.dataset.tip) return;
  tip.textContent = mark.dataset.tip;
  tip.hidden = false;
  place(mark.getBoundingClientRect());
}

/* Above the mark, or below where there is no room; near enough that the pointer can reach it. */
function place(box) {
  const room = document.documentElement.clientWidth - tip.offsetWidth - 8;
  const middle = box.left + box.width / 2 - tip.offsetWidth / 2;
  const above = box.top - tip.offsetHeight;
  tip.style.left = `${Math.max(8, Math.min(middle, room)) + scrollX}px`;
  tip.style.top = `${(above < 4 ? box.bottom : above) + scrollY}px`;
}

const hide = () => (tip.hidden = true);

document.addEventListener("pointerover", (event) => {
  const mark = event.target.closest(MARK);
  if (mark) show(mark);
  else if (event.target !== tip) hide();
});
document.addEventListener("focusin", (event) => {
  const mark = event.target.closest(MARK);
  if (mark?.matches(":focus-visible")) show(mark);
});
document.addEventListener("focusout", hide);
document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
