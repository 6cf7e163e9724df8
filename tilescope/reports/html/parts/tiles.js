// The output by tiles: when each was complete, and how far off it is.
let tilesShown = "done_us";

function mixed(share, from, to) {
  return `rgb(${from.map((one, place) => Math.round(one + (to[place] - one) * share)).join(",")})`;
}
const channels = (text) => text.match(/[\d.]+/g).slice(0, 3).map(Number).map((one) => (text.startsWith("color(") ? one * 255 : one));

function drawTiles(tiles, kind) {
  const choices = [["done_us", "Complete after"], ["errors", "Error"]].filter(([key]) => tiles[key]);
  if (!choices.length) return false;
  if (!tiles[tilesShown]) tilesShown = choices[0][0];
  const values = tiles[tilesShown];
  const isTime = tilesShown === "done_us";
  const positive = values.filter((value) => value > 0);
  const low = Math.min(...values), high = Math.max(...values), least = positive.length ? Math.min(...positive) : 0;
  const log = !isTime && least > 0 && high / least > 50;
  const shareOf = (value) => (high === low ? 0.5 : log ? Math.max(0, Math.log(Math.max(value, least) / least) / Math.log(high / least)) : (value - low) / (high - low));
  const write = (value) => (isTime ? `${formatUs(value)} ${kind}` : formatError(value));
  byId("tiles-choice").replaceChildren(...choices.map(([key, label]) => make("button", { type: "button", "aria-pressed": String(key === tilesShown), "data-tiles": key, click: () => { tilesShown = key; drawTiles(tiles, kind); all(`[data-tiles="${key}"]`)[0].focus(); } }, label)));

  const frame = make("div", { class: "tiles-frame", tabindex: "0", role: "img", "data-own-tip": "" });
  byId("plot-tiles").replaceChildren(make("div", { class: "scale" }, make("span", {}, isTime ? formatUs(low) : write(low)), make("i", { "aria-hidden": "true" }), make("span", {}, isTime ? formatUs(high) : write(high)), make("span", {}, `${isTime ? `complete after, ${kind}, since the ${tiles.since === "call" ? "call" : "launch's first step"}` : "max |output − reference| / max |reference|"}${log ? ", logarithmic" : ""}`)), frame);
  const room = frame.clientWidth || 600;
  const left = 34, top = 18;
  const side = Math.max(4, Math.min(30, Math.floor((room - left - 2) / tiles.cols)));
  const tall = Math.max(side, Math.min(30, Math.floor(180 / tiles.rows)));
  const width = left + side * tiles.cols + 1, height = top + tall * tiles.rows + 1;
  const ratio = Math.min(devicePixelRatio || 1, 2);
  const canvas = make("canvas", { width: Math.round(width * ratio), height: Math.round(height * ratio), style: { width: `${width}px`, height: `${height}px` } });
  frame.append(canvas);
  const pen = canvas.getContext("2d");
  pen.scale(ratio, ratio);
  const from = channels(colour("low")), to = channels(colour("high"));
  let cursor = null;

  function cell(place) {
    const row = Math.floor(place / tiles.cols), col = place % tiles.cols;
    return { row, col, x: left + col * side, y: top + row * tall };
  }
  function words(place) {
    const { row, col } = cell(place);
    const [down, across] = tiles.together;
    const rowAt = row * down * tiles.m, colAt = col * across * tiles.n;
    const core = down * across === 1 ? `core (${col % tiles.grid[1]},${(row % tiles.grid[0]) + 2})` : `${down * across} tiles`;
    const parts = [`M from ${rowAt}, N from ${colAt}, ${core}`];
    if (tiles.done_us) parts.push(`complete after ${formatUs(tiles.done_us[place])} (${kind})`);
    if (tiles.errors) parts.push(`error ${formatError(tiles.errors[place])}`);
    return parts.join("; ");
  }
  function paint() {
    pen.clearRect(0, 0, width, height);
    const gap = side > 6 ? 1 : 0;
    values.forEach((value, place) => {
      const { x, y } = cell(place);
      pen.fillStyle = mixed(shareOf(value), from, to);
      pen.fillRect(x, y, side - gap, tall - (tall > 6 ? 1 : 0));
    });
    pen.fillStyle = colour("muted");
    pen.font = "11px system-ui, sans-serif";
    pen.textBaseline = "alphabetic";
    pen.textAlign = "left";
    pen.fillText(`N → ${tiles.cols * tiles.together[1]} tiles of ${tiles.n}`, left, 12);
    pen.textAlign = "right";
    pen.fillText("M ↓", left - 6, top + 11);
    const [rows, cols] = tiles.grid;
    if (tiles.together[0] * tiles.together[1] === 1 && side * cols > 18) {
      pen.strokeStyle = colour("strong-line");
      pen.lineWidth = 1;
      for (let col = 0; col <= tiles.cols; col += cols) { pen.beginPath(); pen.moveTo(left + col * side - 0.5, top); pen.lineTo(left + col * side - 0.5, height); pen.stroke(); }
      for (let row = 0; row <= tiles.rows; row += rows) { pen.beginPath(); pen.moveTo(left, top + row * tall - 0.5); pen.lineTo(width, top + row * tall - 0.5); pen.stroke(); }
    }
    if (cursor !== null) {
      const { x, y } = cell(cursor);
      pen.strokeStyle = colour("launch");
      pen.lineWidth = 2;
      pen.strokeRect(x, y, side - 1, tall - 1);
    }
  }
  function under(event) {
    const box = canvas.getBoundingClientRect();
    const col = Math.floor((event.clientX - box.left - left) / side), row = Math.floor((event.clientY - box.top - top) / tall);
    return col >= 0 && row >= 0 && col < tiles.cols && row < tiles.rows ? row * tiles.cols + col : null;
  }
  canvas.addEventListener("pointermove", (event) => {
    const place = under(event);
    if (place === null) hideTip(); else showTip(event.clientX, event.clientY, make("b", {}, write(values[place])), make("span", {}, words(place)));
  });
  canvas.addEventListener("pointerleave", hideTip);
  canvas.addEventListener("click", (event) => { cursor = under(event); paint(); if (cursor !== null) byId("tiles-told").textContent = words(cursor); });
  frame.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -tiles.cols, ArrowDown: tiles.cols }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = cursor === null ? 0 : cursor + step;
    if (next >= 0 && next < values.length) cursor = next;
    byId("tiles-told").textContent = words(cursor);
    paint();
  });
  const worst = values.indexOf(high), best = values.indexOf(low);
  const spread = `${isTime ? "last" : "largest"}: ${words(worst)}. ${isTime ? "First" : "Smallest"}: ${words(best)}.`;
  byId("tiles-told").textContent = `${isTime ? "Last" : "Largest"}: ${words(worst)}. ${isTime ? "First" : "Smallest"}: ${words(best)}.`;
  frame.setAttribute("aria-label", `${tiles.rows} by ${tiles.cols} output tiles, ${spread} Arrow keys move among the tiles.`);
  const order = values.map((value, place) => place).sort((a, b) => values[b] - values[a]).slice(0, 20);
  const head = ["tile", ...(tiles.done_us ? [`complete after, ${kind}`] : []), ...(tiles.errors ? ["error"] : [])];
  byId("tiles-table").replaceChildren(
    make("table", {}, make("caption", { class: "fine" }, `The ${order.length} ${isTime ? "last" : "worst"} of ${values.length}`), make("thead", {}, make("tr", {}, head.map((text, place) => make("th", { scope: "col", class: place ? "n" : null }, text)))),
      make("tbody", {}, order.map((place) => make("tr", {}, make("th", { scope: "row" }, words(place).split(";")[0]), tiles.done_us ? make("td", { class: "n" }, formatUs(tiles.done_us[place])) : null, tiles.errors ? make("td", { class: "n" }, formatError(tiles.errors[place])) : null)))),
  );
  paint();
  return true;
}
