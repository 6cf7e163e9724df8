// What the memories held over one launch: all tiles of a level, and each tile by itself.
function stepPath(series, elapsed, width, height, limit) {
  const columns = columnsOf(series, { from: 0, to: elapsed }, width, true);
  const y = (value) => (height - Math.min(value / limit, 1) * height).toFixed(1);
  let path = `M0,${height}`, last = null;
  columns.forEach((value, column) => {
    if (value === last) return;
    path += `${last === null ? "" : `H${column}`}${last === null && column ? `H${column}` : ""}V${y(value)}`;
    last = value;
  });
  return `${path}H${width}V${height}Z`;
}

function meanOf(series, elapsed) {
  let sum = 0;
  for (let moment = 0; moment < series.at.length; moment += 1) {
    const until = moment + 1 < series.at.length ? series.at[moment + 1] : elapsed;
    sum += series.values[moment] * Math.max(0, until - series.at[moment]);
  }
  return sum / elapsed;
}

const LEVEL_NAMES = { l1: "L1 of the cores", l2: "Mem tiles" };

function drawMemory({ series, launch, elapsed }, kind) {
  const place = byId("plot-memory");
  const held = series.filter((one) => one.name === "held");
  const levels = held.filter((one) => one.of in LEVEL_NAMES), tiles = held.filter((one) => !(one.of in LEVEL_NAMES));
  if (!held.length || !place) return false;
  const words = (one) => `${amount(one.peak, "bytes")} at most${one.limit ? ` of ${amount(one.limit, "bytes")} (${percent(one.peak / one.limit)})` : ""}`;
  const chart = (one, width, height, fill) => {
    const limit = (one.limit && one.limit < 4 * one.peak ? one.limit : one.peak * 1.15) || 1;
    return make("svg", { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", role: "img", "aria-label": `${one.of}: ${words(one)}, ${kind}`, style: { height: `${height}px` }, class: "held" },
      make("path", { d: stepPath(one, elapsed, width, height, limit), style: { fill: `var(--${fill})` } }),
      one.limit && limit === one.limit ? make("line", { x1: 0, x2: width, y1: 0.5, y2: 0.5, class: "limit", "vector-effect": "non-scaling-stroke" }) : null);
  };
  const reader = (one, box) => box.addEventListener("pointermove", (event) => {
    const edge = box.querySelector("svg").getBoundingClientRect();
    const moment = Math.min(1, Math.max(0, (event.clientX - edge.left) / edge.width)) * elapsed, at = firstAbove(one.at, moment) - 1;
    showTip(event.clientX, event.clientY, make("b", {}, `${LEVEL_NAMES[one.of] || one.of}: ${amount(at < 0 ? 0 : one.values[at], "bytes")} at ${formatUs(moment)}, ${kind}`), make("span", {}, `${words(one)}.`));
  });
  const figures = levels.map((one) => {
    const box = make("div", { class: "held-level", "data-own-tip": "", pointerleave: hideTip }, make("div", { class: "top" }, make("b", {}, LEVEL_NAMES[one.of]), make("span", {}, words(one))), chart(one, 600, 84, one.of === "l1" ? "host" : "core_overhead"));
    reader(one, box);
    return box;
  });
  const small = tiles.map((one) => {
    const box = make("div", { class: "held-tile", "data-own-tip": "", pointerleave: hideTip }, make("div", { class: "top" }, make("b", {}, one.of), make("span", {}, one.limit ? percent(one.peak / one.limit) : amount(one.peak, "bytes"))), chart(one, 160, 26, one.of.startsWith("core") ? "host" : "core_overhead"));
    reader(one, box);
    return box;
  });
  place.replaceChildren(make("div", { class: "pair" }, figures), make("div", { class: "held-grid" }, small), make("p", { class: "fine" }, `One launch of ${launch.kernel}, from 0 to ${formatUs(elapsed)}, ${kind}. A dashed line is what there is; without one, what there is lies far above.`));
  const head = ["memory", `at most, ${kind}`, `on average, ${kind}`, "there is", "headroom"];
  byId("memory-table").replaceChildren(make("table", {}, make("thead", {}, make("tr", {}, head.map((text, column) => make("th", { scope: "col", class: column ? "n" : null }, text)))), make("tbody", {}, [...levels, ...tiles].map((one) => make("tr", {}, make("th", { scope: "row" }, LEVEL_NAMES[one.of] || one.of), [amount(one.peak, "bytes"), amount(meanOf(one, elapsed), "bytes"), one.limit ? amount(one.limit, "bytes") : "–", one.limit ? amount(Math.max(0, one.limit - one.peak), "bytes") : "–"].map((text) => make("td", { class: "n" }, text)))))));
  return true;
}
