// A sweep over its axes: a heatmap of two, and lines over one.
const sweep = DATA.sweep;
const axes = sweep.axes;
const FIGURES = [
  ["npu_us", "Time (simulated)", formatUs, "less"], ["gflops", "Rate, 10⁹ operations/s", significant, "more"],
  ["device_us", "Time on the array (simulated)", formatUs, "less"], ["moved", "DDR traffic", formatBytes, "less"], ["bound", "Bound by", null, "kind"],
];
const FASTEST = -1;
const strides = axes.map((_, place) => axes.slice(place + 1).reduce((all, axis) => all * axis.values.length, 1));
const lineColours = ["compute", "launch", "shim_port", "host", "ddr", "issue", "mem_tile_port", "core_dma", "sync", "core_overhead"];
const WORK = ["M", "N", "K", "batch"]; // points that differ in these do different work: none is faster for it
const isWhole = (axis) => axis.values.every((value) => typeof value === "number");
const figureOf = (key) => FIGURES.find(([name]) => name === key);

// The point of a choice of values; where an axis is left open, the fastest that was timed.
function pointAt(choice) {
  let found = [0];
  axes.forEach((axis, place) => {
    const picks = choice[place] === FASTEST ? axis.values.map((_, value) => value) : [choice[place]];
    found = found.flatMap((base) => picks.map((value) => base + value * strides[place]));
  });
  const timed = found.filter((point) => sweep.figures.npu_us[point] !== null);
  if (!timed.length) return { point: found[0], timed: false };
  return { point: timed.reduce((best, one) => (sweep.figures.npu_us[one] < sweep.figures.npu_us[best] ? one : best)), timed: true };
}

const valueOf = (point, place) => axes[place].values[Math.floor(point / strides[place]) % axes[place].values.length];
const named = (point) => axes.map((axis, place) => `${axis.name} ${valueOf(point, place)}`).join(", ");

function told(found) {
  const { point, timed } = found;
  if (!timed) return `${named(point)}: failed. ${sweep.reasons[sweep.reason[point]] ?? ""}`;
  const figures = sweep.figures;
  return `${named(point)}: ${formatUs(figures.npu_us[point])} (simulated), ${significant(figures.gflops[point])} · 10⁹ operations/s, bound by ${sweep.terms[sweep.bound[point]][1]}; core tile ${sweep.tiles[point]}${figures.moved[point] === null ? "" : `, ${formatBytes(figures.moved[point])} to and from DDR`}`;
}

function fill(select, options, chosen) {
  select.replaceChildren(...options.map(([value, label]) => make("option", { value: String(value), selected: value === chosen }, label)));
}

// Selects for the axes that a drawing leaves: one value each, or the fastest.
function fixedTools(place, used, state, draw) {
  place.replaceChildren(...axes.map((axis, number) => {
    if (used.includes(number) || axis.values.length < 2) return null;
    const select = make("select", { change: () => { state[number] = Number(select.value); draw(); } });
    fill(select, [...(WORK.includes(axis.name) ? [] : [[FASTEST, "fastest"]]), ...axis.values.map((value, index) => [index, String(value)])], state[number]);
    return make("label", {}, `${axis.name} `, select);
  }).filter(Boolean));
}

const rgb = (text) => text.match(/[\d.]+/g).slice(0, 3).map(Number).map((one) => (text.startsWith("color(") ? one * 255 : one));
const between = (share, low, high) => low.map((one, place) => Math.round(one + (high[place] - one) * share));
const isDark = ([red, green, blue]) => 0.299 * red + 0.587 * green + 0.114 * blue < 140;

const openAxes = () => axes.map((axis) => (WORK.includes(axis.name) || axis.values.length < 2 ? axis.values.length - 1 : FASTEST));
const heat = { down: axes.length > 1 ? 1 : 0, across: 0, figure: "npu_us", fixed: openAxes() };
function orderAxes() {
  const bySize = axes.map((axis, place) => [place, axis.values.length + (isWhole(axis) ? 1000 : 0)]).sort((a, b) => b[1] - a[1]).map(([place]) => place);
  heat.across = bySize[0];
  heat.down = bySize[1] ?? bySize[0];
}
orderAxes();

function drawHeat() {
  const figure = figureOf(heat.figure), [key, , write, better] = figure;
  const rows = heat.down === heat.across ? [null] : axes[heat.down].values;
  const columns = axes[heat.across].values;
  const cells = rows.map((_, row) => columns.map((__, column) => {
    const choice = [...heat.fixed];
    if (rows[0] !== null) choice[heat.down] = row;
    choice[heat.across] = column;
    return pointAt(choice);
  }));
  const values = better === "kind" ? [] : cells.flat().filter((cell) => cell.timed).map((cell) => sweep.figures[key][cell.point]).filter((value) => value > 0);
  const low = Math.min(...values), high = Math.max(...values);
  const shareOf = (value) => (high > low ? Math.log(value / low) / Math.log(high / low) : 0.5);
  const from = rgb(colour("low")), to = rgb(colour("high"));
  const names = rows.map((value) => (value === null ? "" : String(value)));
  const left = Math.max(30, ...names.map((name) => name.length * 7 + 12)), top = 40;
  const room = Math.max(byId("plot-heatmap").clientWidth - left - 8, 200);
  const wide = Math.max(columns.length > 40 ? 12 : 34, Math.min(96, Math.floor(room / columns.length))), tall = rows.length > 40 ? 14 : 26;
  const width = left + wide * columns.length + 4, height = top + tall * rows.length + 4;
  const svg = make("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${figure[1]} over ${axes[heat.down].name} and ${axes[heat.across].name}` });
  svg.append(make("text", { class: "title", x: left, y: 13 }, `${axes[heat.across].name} →`), rows[0] === null ? "" : make("text", { class: "title", x: 2, y: 30 }, `${axes[heat.down].name} ↓`));
  const every = Math.ceil((Math.max(...columns.map((value) => String(value).length)) * 7 + 6) / wide);
  columns.forEach((value, column) => { if (column % every === 0) svg.append(make("text", { x: left + (column + 0.5) * wide, y: 30, "text-anchor": "middle" }, String(value))); });
  cells.forEach((line, row) => {
    const y = top + row * tall;
    if (rows.length <= 40 || row % 4 === 0) svg.append(make("text", { x: left - 6, y: y + tall / 2 + 4, "text-anchor": "end" }, names[row]));
    line.forEach((cell, column) => {
      const x = left + column * wide;
      const box = { x, y, width: wide, height: tall, "data-tip": told(cell) };
      let text = "–", dark = null;
      if (!cell.timed) box.class = "none";
      else if (better === "kind") {
        const [term, label] = sweep.terms[sweep.bound[cell.point]];
        box.fill = colour(term);
        text = label;
        dark = isDark(rgb(colour(term)));
      } else {
        const value = sweep.figures[key][cell.point];
        const mix = value > 0 ? between(shareOf(value), from, to) : from;
        box.fill = `rgb(${mix.join(",")})`;
        text = write(value);
        dark = isDark(mix);
      }
      svg.append(make("rect", box));
      if (text.length * 6.4 < wide && tall > 16) svg.append(make("text", { class: dark === null ? "" : dark ? "in-dark" : "in-light", x: x + wide / 2, y: y + tall / 2 + 4, "text-anchor": "middle", "data-tip": told(cell) }, text));
    });
  });
  byId("plot-heatmap").replaceChildren(svg);
  byId("heat-scale").replaceChildren(...(values.length ? [make("span", {}, write(low)), make("i", { "aria-hidden": "true" }), make("span", {}, write(high)), make("span", {}, `${figure[1]}, logarithmic; – is a failed point`)] : [make("span", {}, better === "kind" ? "The cause that takes most of the time; – is a failed point" : "No point was timed")]));
  const best = cells.flat().filter((cell) => cell.timed).reduce((one, other) => (one === null || sweep.figures.npu_us[other.point] < sweep.figures.npu_us[one.point] ? other : one), null);
  byId("heat-told").textContent = best ? `Fastest shown: ${told(best)}.` : "";
}

function setUpHeat() {
  const options = axes.map((axis, place) => [place, axis.name]);
  fill(byId("heat-down"), options, heat.down);
  fill(byId("heat-across"), options, heat.across);
  fill(byId("heat-figure"), FIGURES.map(([key, label]) => [key, label]), heat.figure);
  const again = () => { fixedTools(byId("heat-fixed"), [heat.down, heat.across], heat.fixed, drawHeat); drawHeat(); };
  byId("heat-down").addEventListener("change", (event) => { heat.down = Number(event.target.value); again(); });
  byId("heat-across").addEventListener("change", (event) => { heat.across = Number(event.target.value); again(); });
  byId("heat-figure").addEventListener("change", (event) => { heat.figure = event.target.value; drawHeat(); });
  again();
}

const NONE = -1;
const line = { x: heat.across, by: heat.down === heat.across ? NONE : heat.down, figure: "gflops", fixed: openAxes() };

function drawLines() {
  const [key, label, write] = figureOf(line.figure);
  const xs = axes[line.x].values, logarithmic = isWhole(axes[line.x]);
  const lines = (line.by === NONE || line.by === line.x ? [null] : axes[line.by].values).map((value, index) => {
    const points = xs.map((x, place) => {
      const choice = [...line.fixed];
      choice[line.x] = place;
      if (value !== null) choice[line.by] = index;
      const found = pointAt(choice);
      return { at: logarithmic ? x : place + 1, value: found.timed ? sweep.figures[key][found.point] : null, found };
    }).filter((one) => one.value > 0);
    return { name: value === null ? label : `${axes[line.by].name} ${value}`, colour: lineColours[index % lineColours.length], points };
  });
  const drawn = lines.flatMap((one) => one.points);
  const place = byId("plot-lines");
  if (!drawn.length) {
    place.replaceChildren(make("p", { class: "fine" }, "No point was timed here."));
    byId("line-legend").replaceChildren();
    return;
  }
  const width = Math.max(place.clientWidth, 260), height = Math.round(Math.min(400, Math.max(270, width * 0.45)));
  const frame = { left: 58, right: width - 12, top: 40, bottom: height - 42 };
  const ats = drawn.map((one) => one.at), values = drawn.map((one) => one.value);
  const spread = (low, high) => (high > low ? [low, high] : [low / 1.5, high * 1.5]);
  const y = logScale(spread(Math.min(...values) / 1.15, Math.max(...values) * 1.15), [frame.bottom, frame.top]);
  const [first, last] = spread(Math.min(...ats), Math.max(...ats));
  const x = logarithmic ? logScale([first, last], [frame.left + 14, frame.right - 14]) : (at) => frame.left + ((at - 0.5) / xs.length) * (frame.right - frame.left);
  const svg = make("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${label} over ${axes[line.x].name}` });
  svg.append(make("text", { class: "title", x: frame.left, y: 13 }, `${label}, logarithmic`), make("text", { x: (frame.left + frame.right) / 2, y: frame.bottom + 34, "text-anchor": "middle" }, axes[line.x].name));
  let free = -Infinity;
  xs.forEach((value, index) => {
    const at = x(logarithmic ? value : index + 1);
    if (!(at >= frame.left && at <= frame.right)) return;
    svg.append(make("line", { class: "grid", x1: at, x2: at, y1: frame.top, y2: frame.bottom }));
    const half = String(value).length * 3.4;
    if (at - half > free) { svg.append(make("text", { x: at, y: frame.bottom + 17, "text-anchor": "middle" }, String(value))); free = at + half + 6; }
  });
  const marks = [];
  for (let power = Math.floor(Math.log10(y.from)); power <= Math.log10(y.to); power += 1) for (const step of y.to / y.from < 1000 ? [1, 2, 5] : [1]) marks.push(step * 10 ** power);
  for (const mark of marks.filter((value) => value >= y.from && value <= y.to)) svg.append(make("line", { class: "grid", x1: frame.left, x2: frame.right, y1: y(mark), y2: y(mark) }), make("text", { x: frame.left - 6, y: y(mark) + 4, "text-anchor": "end" }, write(mark)));
  svg.append(make("line", { class: "axis", x1: frame.left, x2: frame.right, y1: frame.bottom, y2: frame.bottom }), make("line", { class: "axis", x1: frame.left, x2: frame.left, y1: frame.top, y2: frame.bottom }));
  for (const one of lines) {
    const stroke = colour(one.colour);
    svg.append(make("path", { class: "series", stroke, d: one.points.length ? `M${one.points.map((point) => `${x(point.at).toFixed(1)},${y(point.value).toFixed(1)}`).join("L")}` : "M0,0" }));
    for (const point of one.points) svg.append(make("circle", { class: "dot", fill: stroke, cx: x(point.at), cy: y(point.value), r: 3.5, "data-tip": told(point.found) }));
  }
  place.replaceChildren(svg);
  byId("line-legend").replaceChildren(...lines.map((one) => {
    const swatch = make("i", { class: "swatch", "aria-hidden": "true", style: { "background-color": colour(one.colour) } });
    return make("li", {}, swatch, make("b", {}, one.name), one.points.length ? "" : make("span", {}, " no point was timed"));
  }));
}

function setUpLines() {
  const options = axes.map((axis, place) => [place, axis.name]);
  fill(byId("line-x"), options, line.x);
  fill(byId("line-by"), [[NONE, "(one line)"], ...options], line.by);
  fill(byId("line-figure"), FIGURES.filter(([, , , better]) => better !== "kind").map(([key, label]) => [key, label]), line.figure);
  const again = () => { fixedTools(byId("line-fixed"), [line.x, line.by], line.fixed, drawLines); drawLines(); };
  byId("line-x").addEventListener("change", (event) => { line.x = Number(event.target.value); again(); });
  byId("line-by").addEventListener("change", (event) => { line.by = Number(event.target.value); again(); });
  byId("line-figure").addEventListener("change", (event) => { line.figure = event.target.value; drawLines(); });
  again();
}

setUpHeat();
setUpLines();
redraws.push(drawHeat, drawLines);
document.documentElement.dataset.ready = "true";
