// What a figure is, on hover and on focus: exact value, kind, formula and source.
const tip = byId("tip");

function showTip(x, y, ...content) {
  tip.replaceChildren(...content.flat());
  tip.hidden = false;
  const box = tip.getBoundingClientRect();
  const left = Math.min(Math.max(8, x + 14), innerWidth - box.width - 8);
  const above = y + 18 + box.height > innerHeight - 8;
  tip.style.left = `${left}px`;
  tip.style.top = `${above ? Math.max(8, y - box.height - 12) : y + 18}px`;
}
const hideTip = () => { tip.hidden = true; };

function passportLines(key, exact, kind) {
  const passport = DATA.passports[key];
  if (!passport) return [];
  return [
    make("b", {}, [passport.label, exact, kind].filter(Boolean).join(" · ")),
    make("span", {}, `${passport.unit}: ${passport.formula}.`),
    make("span", { class: "more" }, ` Source: ${passport.source}.`),
  ];
}

function tipOf(target) {
  const figure = target.closest?.(".fig, [data-tip], .note");
  if (!figure) return null;
  if (figure.classList.contains("note")) return passportLines(figure.hash.slice(3), "", "");
  const said = figure.dataset.tip ? [make("b", {}, figure.dataset.tip)] : [];
  const lines = figure.dataset.p ? passportLines(figure.dataset.p, figure.dataset.exact, figure.dataset.kind) : [];
  return [...said, ...(said.length ? lines.slice(1) : lines)];
}

document.addEventListener("pointerover", (event) => {
  const lines = tipOf(event.target);
  if (lines) showTip(event.clientX, event.clientY, lines);
  else if (!event.target.closest?.("[data-own-tip]")) hideTip();
});
document.addEventListener("focusin", (event) => {
  const lines = event.target.classList.contains("note") ? tipOf(event.target) : null;
  if (!lines) return hideTip();
  const box = event.target.getBoundingClientRect();
  showTip(box.left, box.bottom - 10, lines);
});
document.addEventListener("keydown", (event) => { if (event.key === "Escape") hideTip(); });
addEventListener("scroll", hideTip, { passive: true });
