/* What a mark of a chart stands for, shown beside it on hover and on keyboard focus; Escape hides it.
   Without this script the same words stand in the mark's title and in the table below. */

const tip = document.createElement("div");
tip.className = "tip";
tip.hidden = true;
tip.setAttribute("aria-hidden", "true"); // the mark itself is read out
document.body.append(tip);

const markOf = (event) => event.target.closest?.(".chart svg a, .chart svg g");

function show(event) {
  const mark = markOf(event);
  if (!mark) return;
  const title = mark.querySelector("title");
  if (title) {
    mark.dataset.tip = title.textContent;
    title.remove(); // or the browser shows a second one
  }
  if (!mark.dataset.tip) return;
  tip.textContent = mark.dataset.tip;
  tip.hidden = false;
  const box = mark.getBoundingClientRect();
  const room = document.documentElement.clientWidth - tip.offsetWidth - 8;
  const middle = box.left + box.width / 2 - tip.offsetWidth / 2;
  tip.style.left = `${Math.max(8, Math.min(middle, room)) + scrollX}px`;
  tip.style.top = `${Math.max(box.top - tip.offsetHeight - 6, 4) + scrollY}px`;
}

const hide = () => (tip.hidden = true);

document.addEventListener("pointerover", (event) => (markOf(event) ? show(event) : hide()));
document.addEventListener("focusin", show);
document.addEventListener("focusout", hide);
document.addEventListener("keydown", (event) => event.key === "Escape" && hide());
