// What every part of the report uses: the data, elements, colours, and the choice of theme.
const DATA = JSON.parse(document.getElementById("data").textContent);
const byId = (id) => document.getElementById(id);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];
const say = (text) => { byId("live").textContent = text; };
const redraws = [];

// An element with attributes, listeners and children; text becomes a text node, never markup.
function make(tag, attributes = {}, ...children) {
  const svg = ["svg", "g", "path", "line", "circle", "rect", "text", "title", "polyline", "clipPath", "defs"].includes(tag);
  const element = svg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") element.addEventListener(name, value);
    else if (name === "style" && typeof value === "object") for (const [key, one] of Object.entries(value)) element.style.setProperty(key, one);
    else element.setAttribute(name, value === true ? "" : value);
  }
  for (const child of children.flat()) if (child !== null && child !== undefined) element.append(child);
  return element;
}

// A colour of the style sheet as the browser resolves it now.
const probe = make("span", { hidden: true });
document.body.append(probe);
const resolved = new Map();
function colour(name) {
  if (!resolved.has(name)) {
    probe.style.color = `var(--${name})`;
    resolved.set(name, getComputedStyle(probe).color);
  }
  return resolved.get(name);
}

function redraw() {
  resolved.clear();
  for (const one of redraws) one();
}

const themeButtons = all("[data-theme-choice]");
function chooseTheme(choice) {
  if (choice === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = choice;
  for (const button of themeButtons) button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice));
  redraw();
}
for (const button of themeButtons) button.addEventListener("click", () => chooseTheme(button.dataset.themeChoice));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);

// Paper is light, whatever the screen is.
let themeOnScreen = null;
addEventListener("beforeprint", () => {
  themeOnScreen = document.documentElement.dataset.theme || "auto";
  chooseTheme("light");
});
addEventListener("afterprint", () => { if (themeOnScreen) chooseTheme(themeOnScreen); themeOnScreen = null; });

let resizing = 0;
let widthBefore = innerWidth;
addEventListener("resize", () => {
  if (innerWidth === widthBefore) return;
  widthBefore = innerWidth;
  cancelAnimationFrame(resizing);
  resizing = requestAnimationFrame(redraw);
});

// The bars of the budget: shares of each, or all on one scale.
for (const button of all("[data-budget]")) {
  button.addEventListener("click", () => {
    byId("plot-budget").dataset.mode = button.dataset.budget;
    for (const other of all("[data-budget]")) other.setAttribute("aria-pressed", String(other === button));
  });
}

// The section that is being read, marked in the list of sections.
const links = new Map(all("nav a").map((link) => [link.getAttribute("href").slice(1), link]));
const inSight = new Set();
const observer = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    const id = entry.target.getAttribute("aria-labelledby");
    if (entry.isIntersecting) inSight.add(id); else inSight.delete(id);
  }
  let current = null;
  for (const [id, link] of links) {
    link.removeAttribute("aria-current");
    if (!current && inSight.has(id)) current = link;
  }
  if (current) current.setAttribute("aria-current", "true");
}, { rootMargin: "-10% 0px -60% 0px" });
for (const section of all("main > section")) observer.observe(section);
