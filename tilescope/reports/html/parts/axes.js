// Logarithmic axes of a plot, as SVG.
function logScale([from, to], [start, end]) {
  const low = Math.log10(from), high = Math.log10(to);
  const scale = (value) => start + ((Math.log10(value) - low) / (high - low || 1)) * (end - start);
  scale.back = (place) => 10 ** (low + ((place - start) / (end - start)) * (high - low));
  scale.from = from; scale.to = to;
  return scale;
}

function decades({ from, to }, room) {
  const first = Math.ceil(Math.log10(from) - 1e-9), last = Math.floor(Math.log10(to) + 1e-9);
  const every = Math.max(1, Math.ceil((last - first + 1) / room));
  const found = [];
  for (let power = first; power <= last; power += every) found.push(10 ** power);
  return found;
}

const power = (value) => (value >= 1e6 || value < 1e-2 ? `10${[...String(Math.round(Math.log10(value)))].map((digit) => (digit === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[digit])).join("")}` : Number(value.toPrecision(3)).toLocaleString("en"));

// Grid, marks and titles; the plot lies between left..right and top..bottom.
function logAxes(svg, x, y, frame, titles) {
  const { left, right, top, bottom } = frame;
  for (const value of decades(x, 8)) {
    svg.append(make("line", { class: "grid", x1: x(value), x2: x(value), y1: top, y2: bottom }), make("text", { x: x(value), y: bottom + 17, "text-anchor": "middle" }, power(value)));
  }
  for (const value of decades(y, 7)) {
    svg.append(make("line", { class: "grid", x1: left, x2: right, y1: y(value), y2: y(value) }), make("text", { x: left - 6, y: y(value) + 4, "text-anchor": "end" }, power(value)));
  }
  svg.append(
    make("line", { class: "axis", x1: left, x2: right, y1: bottom, y2: bottom }), make("line", { class: "axis", x1: left, x2: left, y1: top, y2: bottom }),
    make("text", { class: "title", x: left, y: 13 }, titles.title), make("text", { x: (left + right) / 2, y: bottom + 34, "text-anchor": "middle" }, titles.x), make("text", { x: left, y: top - 6, "text-anchor": "start" }, titles.y),
  );
}

function curve(x, y, rate, steps = 160) {
  const points = [];
  for (let step = 0; step <= steps; step += 1) {
    const value = x.from * (x.to / x.from) ** (step / steps);
    points.push(`${x(value).toFixed(1)},${y(Math.max(rate(value), y.from * 1e-3)).toFixed(1)}`);
  }
  return `M${points.join("L")}`;
}

// Keeps the labels that have room, in their order; the others are left to the tip and the table.
function placed(labels, frame) {
  const taken = labels.filter((label) => !label.roof).map((label) => [label.x - 5, label.y - 5, label.x + 5, label.y + 5]);
  const kept = [];
  for (const label of labels) {
    const width = label.text.length * 6.3 + 6;
    for (const [dx, dy, anchor] of [[9, -8, "start"], [-9, -8, "end"], [9, 17, "start"], [-9, 17, "end"], [9, 4, "start"], [-9, 4, "end"], [0, -11, "middle"], [0, 19, "middle"]]) {
      const left = label.x + dx - (anchor === "end" ? width : anchor === "middle" ? width / 2 : 0);
      const box = [left, label.y + dy - 11, left + width, label.y + dy + 3];
      const inside = box[0] >= frame.left && box[2] <= frame.right + 4 && box[1] >= frame.top && box[3] <= frame.bottom;
      const free = taken.every((other) => box[2] < other[0] || box[0] > other[2] || box[3] < other[1] || box[1] > other[3]);
      if (!inside || !free) continue;
      taken.push(box);
      kept.push({ ...label, tx: label.x + dx, ty: label.y + dy, anchor });
      break;
    }
  }
  return kept;
}
