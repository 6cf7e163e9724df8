// Drawing the lanes of a timeline: spans where there is room, shares of a column where not.
const LANE = 15, LABELS = 118, AXIS = 26, STRIP = 27;
const hatches = new Map();

// Each kind of wait, and of work that could be mistaken, has a pattern of its own beside its colour:
// the size of the pattern, the width of its lines, and the lines in it.
const rising = (size) => [-size, 0, size].map((shift) => [shift - 1, size + 1, shift + size + 1, -1]);
const falling = (size) => [-size, 0, size].map((shift) => [shift - 1, -1, shift + size + 1, size + 1]);
const PATTERNS = {
  buffer_empty: [6, 1.6, rising(6)], buffer_full: [6, 1.6, falling(6)], stream: [3, 1, [[0.5, 0, 0.5, 3]]], ddr: [3, 1, [[0, 0.5, 3, 0.5]]],
  task_queue: [7, 4, [[2, 0, 2, 7]]], "wait-token": [7, 1, rising(7)], wait: [7, 1, falling(7)],
  setup: [4, 2, [[0, 1, 4, 1]]], token: [6, 2, [[1, 0, 1, 6]]], overhead: [8, 2, falling(8)], several: [3, 1, [[0.5, 0, 0.5, 3]]],
};

function hatch(pen, kind) {
  const key = `${kind} ${colourOf(kind)}`;
  if (!hatches.has(key)) {
    const [size, width, lines] = PATTERNS[kind];
    const tile = make("canvas", { width: size, height: size });
    const inside = tile.getContext("2d");
    inside.fillStyle = colour("bg");
    inside.fillRect(0, 0, size, size);
    inside.globalAlpha = isWait(kind) ? 0.27 : 1;
    inside.fillStyle = colourOf(kind);
    inside.fillRect(0, 0, size, size);
    inside.globalAlpha = 1;
    inside.strokeStyle = isWait(kind) ? colourOf(kind) : colour("stripe");
    inside.lineWidth = width;
    for (const [x1, y1, x2, y2] of lines) {
      inside.beginPath();
      inside.moveTo(x1, y1);
      inside.lineTo(x2, y2);
      inside.stroke();
    }
    hatches.set(key, pen.createPattern(tile, "repeat"));
  }
  return hatches.get(key);
}
const fillOf = (pen, kind) => (kind in PATTERNS ? hatch(pen, kind) : colourOf(kind));

// Shares of each pixel column by kind, for the spans that are narrower than a pixel or two.
function drawLane(pen, lane, { kinds, launch: { unit_us: unit } }, view, width, y) {
  const scale = width / (view.to - view.from);
  const first = firstAbove(lane.end, view.from);
  const sums = new Map();
  let dense = null;
  const flush = () => {
    if (dense === null) return;
    let at = y + LANE - 2;
    const whole = [...sums.values()].reduce((sum, one) => sum + one, 0);
    const cover = Math.min(1, whole * scale);
    for (const [kind, us] of sums) {
      const tall = (LANE - 3) * (us / whole) * Math.max(cover, 0.18);
      pen.fillStyle = fillOf(pen, kind);
      pen.fillRect(LABELS + dense, at - tall, 1, tall);
      at -= tall;
    }
    sums.clear();
    dense = null;
  };
  for (let span = first; span < lane.start.length && lane.start[span] < view.to; span += 1) {
    const kind = kinds[lane.code[span]];
    const from = (Math.max(lane.start[span], view.from) - view.from) * scale, to = (Math.min(lane.end[span], view.to) - view.from) * scale;
    if (to - from >= 1.5) {
      flush();
      pen.fillStyle = fillOf(pen, kind);
      const wide = Math.max(to - from - (to - from > 4 ? 0.6 : 0), 1);
      pen.fillRect(LABELS + from, y + 1, wide, LANE - 3);
      if (lane.ddr[span]) {
        const tall = (LANE - 3) * Math.min(1, (lane.ddr[span] * unit) / (lane.end[span] - lane.start[span] || 1));
        pen.fillStyle = fillOf(pen, "ddr");
        pen.fillRect(LABELS + from, y + LANE - 2 - tall, wide, tall);
      }
      continue;
    }
    const column = Math.floor(from);
    if (dense !== column) { flush(); dense = column; }
    const took = Math.max(lane.end[span] - lane.start[span], 1e-9), ddr = Math.min(lane.ddr[span] * unit, took);
    if (ddr) sums.set("ddr", (sums.get("ddr") || 0) + ddr);
    if (took > ddr) sums.set(kind, (sums.get(kind) || 0) + took - ddr);
  }
  flush();
}

// A figure over time by pixel column of the view: the most in it where `most`, else the mean.
function columnsOf(series, view, width, most) {
  const columns = new Float64Array(Math.max(1, Math.ceil(width)));
  const scale = width / (view.to - view.from);
  for (let moment = Math.max(0, firstAbove(series.at, view.from) - 1); moment < series.at.length && series.at[moment] < view.to; moment += 1) {
    const value = series.values[moment], until = moment + 1 < series.at.length ? series.at[moment + 1] : Infinity;
    const from = (Math.max(series.at[moment], view.from) - view.from) * scale, to = (Math.min(until, view.to) - view.from) * scale;
    for (let column = Math.floor(from); column < Math.min(Math.max(to, from + 1e-6), columns.length); column += 1) {
      if (most) columns[column] = Math.max(columns[column], value);
      else columns[column] += value * (Math.min(to, column + 1) - Math.max(from, column));
    }
  }
  return columns;
}

const STRIPS = [
  ["active_cores", "cores", "cores in a kernel", "call", false], ["ddr_read", "ddr", "DDR read", "transfer", false], ["ddr_write", "ddr", "DDR written", "mem_tile_port", false],
  ["held", "l1", "held in L1", "host", true], ["held", "l2", "held in mem tiles", "core_overhead", true],
];
const stripsOf = (series) => STRIPS.flatMap(([name, of, label, key, most]) => series.filter((one) => one.name === name && one.of === of).map((one) => ({ series: one, label, key, most })));
const amount = (value, unit) => (unit === "bytes" ? formatBytes(value) : `${significant(value)} ${unit}`);

function drawStrip(pen, top, { series, label, key, most }, view, width) {
  const limit = Math.max(series.peak, series.limit && series.limit < 4 * series.peak ? series.limit : 0) || 1;
  pen.fillStyle = colour("text");
  pen.textAlign = "right";
  pen.textBaseline = "middle";
  pen.fillText(label, LABELS - 6, top + STRIP / 2 - 6, LABELS - 10);
  pen.fillStyle = colour("muted");
  pen.fillText(`to ${amount(limit, series.unit)}`, LABELS - 6, top + STRIP / 2 + 7, LABELS - 10);
  pen.fillStyle = colour(key);
  columnsOf(series, view, width, most).forEach((value, column) => {
    const height = Math.min(value / limit, 1) * (STRIP - 4);
    if (height > 0) pen.fillRect(LABELS + column, top + STRIP - 1 - height, 1, Math.max(height, 0.5));
  });
  pen.fillStyle = colour("line");
  pen.fillRect(LABELS, top + STRIP - 1, width, 1);
}

function stepFor(reach, room) {
  const rough = reach / Math.max(2, Math.floor(room / 92));
  const unit = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((times) => times * unit).find((step) => step >= rough);
}

function drawAxis(pen, view, width, told) {
  pen.font = "11px system-ui, sans-serif";
  pen.fillStyle = colour("muted");
  pen.strokeStyle = colour("strong-line");
  pen.lineWidth = 1;
  pen.textAlign = "left";
  pen.fillText(told, 6, 16);
  const step = stepFor(view.to - view.from, width);
  pen.textAlign = "center";
  for (let count = Math.ceil(view.from / step - 1e-9); count * step <= view.to; count += 1) {
    const x = LABELS + ((count * step - view.from) / (view.to - view.from)) * width;
    pen.beginPath();
    pen.moveTo(x, AXIS - 6);
    pen.lineTo(x, AXIS);
    pen.stroke();
    const text = formatMoment(Math.abs(count * step), step, view.to);
    const half = pen.measureText(text).width / 2;
    const at = Math.min(Math.max(x, LABELS + half - 4), LABELS + width - half);
    if (Math.abs(at - x) <= half) pen.fillText(text, at, 14);
  }
  return step;
}

function drawGrid(pen, view, width, height, step) {
  pen.strokeStyle = colour("line");
  pen.lineWidth = 1;
  for (let count = Math.ceil(view.from / step - 1e-9); count * step <= view.to; count += 1) {
    const x = Math.round(LABELS + ((count * step - view.from) / (view.to - view.from)) * width) + 0.5;
    pen.beginPath();
    pen.moveTo(x, 0);
    pen.lineTo(x, height);
    pen.stroke();
  }
}
