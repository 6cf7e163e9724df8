// The timeline of one launch: move, zoom and read it by mouse, touch and keyboard.
const lanesShown = new Set([0, 1, 2, 3, 5]);
let timeline = null;

function drawTimeline(spans, kind) {
  const place = byId("plot-timeline");
  const before = timeline && timeline.spans === spans ? timeline : null;
  const state = { spans, kind, from: before ? before.from : 0, to: before ? before.to : spans.elapsed, lane: before ? before.lane : 0, span: before ? before.span : -1 };
  timeline = state;
  const groups = [...new Set(spans.lanes.map((lane) => lane.group))].sort();
  byId("lane-choice").replaceChildren(...groups.map((group) => make("button", { type: "button", "aria-pressed": String(lanesShown.has(group)), click: () => { if (lanesShown.has(group)) lanesShown.delete(group); else lanesShown.add(group); drawTimeline(spans, kind); } }, GROUPS[group])));
  const strips = stripsOf(spans.series);
  const lanes = spans.lanes.filter((lane) => lanesShown.has(lane.group));
  state.lanes = lanes;
  state.lane = Math.min(state.lane, Math.max(lanes.length - 1, 0));
  const axis = make("canvas", { class: "axis-strip", "aria-hidden": "true", "data-own-tip": "" }), canvas = make("canvas", { "aria-hidden": "true" });
  const body = make("div", { class: "body", tabindex: "0", role: "application", "aria-label": `Timeline of one launch of ${spans.launch.kernel}, ${formatUs(spans.elapsed)}, ${lanes.length} lanes, ${kind}`, "aria-describedby": "timeline-help", "data-own-tip": "" }, canvas);
  place.replaceChildren(make("div", { class: "lanes" }, axis, body));
  const room = () => Math.max(body.clientWidth - LABELS - 6, 80);
  const height = Math.max(lanes.length, 1) * LANE + 4;
  const least = Math.max(spans.elapsed * 1e-7, spans.launch.unit_us * 10);

  function size(element, width, tall) {
    const ratio = Math.min(devicePixelRatio || 1, 2);
    element.width = Math.round(width * ratio);
    element.height = Math.round(tall * ratio);
    element.style.width = `${width}px`;
    element.style.height = `${tall}px`;
    const pen = element.getContext("2d");
    pen.scale(ratio, ratio);
    return pen;
  }

  function draw() {
    const width = room(), view = { from: state.from, to: state.to };
    hatches.clear();
    const top = size(axis, width + LABELS, AXIS + strips.length * STRIP);
    const step = drawAxis(top, view, width, "time from start");
    strips.forEach((strip, index) => drawStrip(top, AXIS + index * STRIP, strip, view, width));
    const pen = size(canvas, width + LABELS, height);
    drawGrid(pen, view, width, height, step);
    pen.font = "11px system-ui, sans-serif";
    pen.textBaseline = "middle";
    lanes.forEach((lane, index) => {
      const y = index * LANE + 2;
      if (index && lane.group !== lanes[index - 1].group) {
        pen.fillStyle = colour("strong-line");
        pen.fillRect(0, y - 1.5, width + LABELS, 1);
      }
      if (index === state.lane && document.activeElement === body) {
        pen.fillStyle = colour("sunk");
        pen.fillRect(0, y - 1, LABELS - 2, LANE);
      }
      pen.fillStyle = index === state.lane ? colour("text") : colour("muted");
      pen.textAlign = "right";
      pen.fillText(lane.name, LABELS - 6, y + LANE / 2 - 0.5, LABELS - 10);
      drawLane(pen, lane, spans, view, width, y);
    });
    const lane = lanes[state.lane];
    if (lane && state.span >= 0 && state.span < lane.start.length) {
      const scale = width / (view.to - view.from);
      const from = Math.max(0, (lane.start[state.span] - view.from) * scale), to = Math.min(width, (lane.end[state.span] - view.from) * scale);
      if (to >= 0 && from <= width) {
        pen.strokeStyle = colour("text");
        pen.lineWidth = 2;
        pen.strokeRect(LABELS + from, state.lane * LANE + 2, Math.max(to - from, 2), LANE - 1);
      }
    }
  }

  let asked = 0;
  const drawSoon = () => { asked = asked || requestAnimationFrame(() => { asked = 0; draw(); }); };

  function look(from, to) {
    const reach = Math.min(Math.max(to - from, least), spans.elapsed);
    state.from = Math.min(Math.max(0, from), spans.elapsed - reach);
    state.to = state.from + reach;
    canvas.dataset.from = String(state.from);
    canvas.dataset.to = String(state.to);
    drawSoon();
    byId("timeline-told").textContent = `Shown: ${formatAt(state.from, reach)} to ${formatAt(state.to, reach)} of ${formatUs(spans.elapsed)}, ${kind}${spans.launch.merged_us ? `; spans below ${formatUs(spans.launch.merged_us)} are merged with their neighbours, as this launch has ${spans.launch.spans.toLocaleString("en")}` : `; ${spans.launch.spans.toLocaleString("en")} spans`}.`;
  }
  const zoom = (times, at = 0.5) => {
    const reach = (state.to - state.from) / times, anchor = state.from + (state.to - state.from) * at;
    look(anchor - reach * at, anchor + reach * (1 - at));
  };
  const move = (share) => { const by = (state.to - state.from) * share; look(state.from + by, state.to + by); };
  state.zoom = zoom; state.move = move; state.look = look;

  const spanWords = (lane, span) => {
    const [activity, detail, subject] = spans.launch.codes[lane.code[span]];
    const moved = lane.moved[span] ? `${formatBytes(lane.moved[span])}` : "", share = lane.ddr[span] ? `of it ${formatUs(lane.ddr[span] * spans.launch.unit_us)} for its share of DDR` : "";
    return [`${lane.name}: ${KINDS[spans.kinds[lane.code[span]]]}`, [activity, detail, subject && `of ${subject}`, moved, share].filter(Boolean).join(", "), `${formatAt(lane.start[span], lane.end[span] - lane.start[span])} to ${formatAt(lane.end[span], lane.end[span] - lane.start[span])}, for ${formatUs(lane.end[span] - lane.start[span])}, ${kind}`];
  };
  const momentAt = (event) => state.from + ((event.clientX - canvas.getBoundingClientRect().left - LABELS) / room()) * (state.to - state.from);
  const laneAt = (event) => lanes[Math.floor((event.clientY - canvas.getBoundingClientRect().top - 2) / LANE)];

  function tellAt(event) {
    const lane = laneAt(event), moment = momentAt(event);
    if (!lane || moment < state.from || moment > state.to) return hideTip();
    const pixel = (state.to - state.from) / room();
    const span = firstAbove(lane.end, moment);
    const near = [];
    for (let one = firstAbove(lane.end, moment - pixel / 2); one < lane.start.length && lane.start[one] < moment + pixel / 2 && near.length < 1000; one += 1) near.push(one);
    if (near.length > 1 && near.some((one) => lane.end[one] - lane.start[one] < 1.5 * pixel)) {
      const sums = new Map();
      for (const one of near) { const key = spans.kinds[lane.code[one]]; sums.set(key, (sums.get(key) || 0) + lane.end[one] - lane.start[one]); }
      const whole = [...sums.values()].reduce((sum, one) => sum + one, 0) || 1;
      const list = [...sums].sort((a, b) => b[1] - a[1]).map(([key, us]) => `${KINDS[key]} ${percent(us / whole)}`).join(", ");
      return showTip(event.clientX, event.clientY, make("b", {}, `${lane.name}: ${near.length}${near.length === 1000 ? " or more" : ""} spans around ${formatUs(moment)}`), make("span", {}, `${list}. Zoom in to tell them apart.`));
    }
    if (span >= lane.start.length || lane.start[span] > moment) return showTip(event.clientX, event.clientY, make("b", {}, `${lane.name}: idle`), make("span", {}, `at ${formatUs(moment)}, ${kind}`));
    const [head, ...rest] = spanWords(lane, span);
    return showTip(event.clientX, event.clientY, make("b", {}, head), rest.filter(Boolean).map((line) => make("div", {}, line)));
  }

  axis.addEventListener("pointermove", (event) => {
    const box = axis.getBoundingClientRect();
    const strip = strips[Math.floor((event.clientY - box.top - AXIS) / STRIP)], moment = state.from + ((event.clientX - box.left - LABELS) / room()) * (state.to - state.from);
    if (!strip || moment < state.from || moment > state.to) return hideTip();
    const { series } = strip, place = firstAbove(series.at, moment) - 1;
    return showTip(event.clientX, event.clientY, make("b", {}, `${strip.label}: ${amount(place < 0 ? 0 : series.values[place], series.unit)} at ${formatUs(moment)}, ${kind}`), make("span", {}, `at most ${amount(series.peak, series.unit)}${series.limit ? `; there is ${amount(series.limit, series.unit)}` : ""}.`));
  });
  axis.addEventListener("pointerleave", hideTip);
  const fingers = new Map();
  let drag = null;
  body.addEventListener("pointerdown", (event) => {
    if (event.button || event.target !== canvas) return;
    fingers.set(event.pointerId, event.clientX);
    canvas.setPointerCapture(event.pointerId);
    drag = { x: event.clientX, from: state.from, to: state.to, select: event.shiftKey, moved: false, pinch: fingers.size === 2 ? [...fingers.values()] : null };
    body.classList.add("dragging");
  });
  body.addEventListener("pointermove", (event) => {
    if (!drag) return tellAt(event);
    fingers.set(event.pointerId, event.clientX);
    const perPixel = (drag.to - drag.from) / room();
    if (drag.pinch && fingers.size === 2) {
      const [a, b] = drag.pinch, [c, d] = [...fingers.values()];
      const times = Math.max(Math.abs(c - d), 8) / Math.max(Math.abs(a - b), 8);
      const left = canvas.getBoundingClientRect().left + LABELS;
      const anchor = drag.from + ((a + b) / 2 - left) * perPixel, now = ((c + d) / 2 - left) * (perPixel / times);
      return look(anchor - now, anchor - now + (drag.to - drag.from) / times);
    }
    if (Math.abs(event.clientX - drag.x) > 2) drag.moved = true;
    if (drag.select) {
      draw();
      const pen = canvas.getContext("2d"), left = canvas.getBoundingClientRect().left;
      pen.fillStyle = colour("accent");
      pen.globalAlpha = 0.22;
      pen.fillRect(Math.min(drag.x, event.clientX) - left, 0, Math.abs(event.clientX - drag.x), height);
      pen.globalAlpha = 1;
      return undefined;
    }
    const by = (drag.x - event.clientX) * perPixel;
    return look(drag.from + by, drag.to + by);
  });
  const release = (event) => {
    fingers.delete(event.pointerId);
    body.classList.remove("dragging");
    if (drag && event.type === "pointerup") {
      if (drag.select && drag.moved) {
        const left = canvas.getBoundingClientRect().left + LABELS, perPixel = (state.to - state.from) / room();
        const [a, b] = [drag.x, event.clientX].map((x) => state.from + (x - left) * perPixel).sort((one, other) => one - other);
        look(a, b);
      } else if (!drag.moved) pick(event);
    }
    drag = null;
  };
  body.addEventListener("pointerup", release);
  body.addEventListener("pointercancel", release);
  body.addEventListener("pointerleave", hideTip);
  body.addEventListener("dblclick", () => look(0, spans.elapsed));
  body.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey && Math.abs(event.deltaX) <= Math.abs(event.deltaY)) return;
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) zoom(Math.exp(-event.deltaY / 300), Math.min(1, Math.max(0, (momentAt(event) - state.from) / (state.to - state.from))));
    else move(event.deltaX / room());
  }, { passive: false });

  function pick(event) {
    const lane = laneAt(event);
    if (!lane) return;
    state.lane = lanes.indexOf(lane);
    select(firstAbove(lane.end, momentAt(event)));
  }
  function select(span) {
    const lane = lanes[state.lane];
    if (!lane || !lane.start.length) return draw();
    state.span = Math.min(Math.max(span, 0), lane.start.length - 1);
    const from = lane.start[state.span], to = lane.end[state.span], reach = state.to - state.from;
    if (to < state.from || from > state.to) look((from + to) / 2 - reach / 2, (from + to) / 2 + reach / 2); else draw();
    say(spanWords(lane, state.span).filter(Boolean).join("; "));
    byId("timeline-told").textContent = spanWords(lane, state.span).filter(Boolean).join("; ");
    return undefined;
  }
  body.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const middle = (state.from + state.to) / 2;
    const acts = {
      "+": () => zoom(1.6), "=": () => zoom(1.6), "-": () => zoom(1 / 1.6), _: () => zoom(1 / 1.6), 0: () => look(0, spans.elapsed), Home: () => look(0, state.to - state.from), End: () => look(spans.elapsed - (state.to - state.from), spans.elapsed),
      ArrowLeft: () => (event.shiftKey ? move(-0.25) : select(state.span < 0 ? firstAbove(lanes[state.lane].end, middle) : state.span - 1)),
      ArrowRight: () => (event.shiftKey ? move(0.25) : select(state.span < 0 ? firstAbove(lanes[state.lane].end, middle) : state.span + 1)),
      w: () => zoom(1.6), s: () => zoom(1 / 1.6), a: () => move(-0.25), d: () => move(0.25),
      ArrowUp: () => otherLane(-1), ArrowDown: () => otherLane(1), PageUp: () => move(-0.9), PageDown: () => move(0.9),
    };
    const act = acts[event.key];
    if (!act || !lanes.length) return;
    event.preventDefault();
    act();
  });
  function otherLane(step) {
    const lane = lanes[state.lane];
    const moment = state.span >= 0 ? lane.start[state.span] : (state.from + state.to) / 2;
    state.lane = Math.min(Math.max(state.lane + step, 0), lanes.length - 1);
    const y = state.lane * LANE;
    if (y < body.scrollTop) body.scrollTop = y;
    else if (y + 2 * LANE > body.scrollTop + body.clientHeight) body.scrollTop = y + 2 * LANE - body.clientHeight;
    select(firstAbove(lanes[state.lane].end, moment));
  }
  body.addEventListener("focus", draw);
  body.addEventListener("blur", draw);
  const used = new Set(lanes.flatMap((lane) => [...new Set(lane.code)].map((code) => spans.kinds[code])));
  if (lanes.some((lane) => lane.ddr.some(Boolean))) used.add("ddr");
  byId("timeline-legend").replaceChildren(...Object.keys(KINDS).filter((one) => used.has(one)).map(legendLine));
  look(state.from, state.to);
  draw();
}

for (const button of all("[data-zoom]")) {
  const acts = { in: () => timeline.zoom(2), out: () => timeline.zoom(0.5), left: () => timeline.move(-0.25), right: () => timeline.move(0.25), all: () => timeline.look(0, timeline.spans.elapsed) };
  button.addEventListener("click", () => { if (timeline) acts[button.dataset.zoom](); });
}
