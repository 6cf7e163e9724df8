// The launch-aware roofline: W / (L + max over resources (lead + W / rate, or W / I / rate)).
if (DATA.roofs.length) {
  const roofs = DATA.roofs;
  const pick = byId("roof-case"), slider = byId("roof-work");
  let chosen = 0;
  let work = roofs[0].work;

  const busyUs = ([, rate, , slanted], w, intensity) => (rate ? (slanted ? w / intensity : w) / rate / 1e3 : 0);
  const leastUs = (roof, w, intensity, launch) => Math.max(...roof.ceilings.map((one) => (launch ? one[2] : 0) + busyUs(one, w, intensity))) + (launch ? roof.floor_us : 0);
  const attainable = (roof, w, intensity, launch = true) => w / leastUs(roof, w, intensity, launch) / 1e3;

  function limitOf(roof, w, intensity) {
    const most = roof.ceilings.map((one) => [one[0], one[2] + busyUs(one, w, intensity), busyUs(one, w, intensity)]).reduce((high, one) => (one[1] > high[1] ? one : high));
    const costs = roof.floor_us + most[1] - most[2];
    return costs > most[2] ? "launches" : most[0];
  }

  const limitWithout = (roof) => roof.ceilings.map((one) => [one[0], busyUs(one, 1, roof.intensity)]).reduce((high, one) => (one[1] > high[1] ? one : high))[0];
  const flat = (roof) => roof.ceilings.filter(([, rate, , slanted]) => rate && !slanted), slanting = (roof) => roof.ceilings.filter(([, rate, , slanted]) => rate && slanted);
  const byIntensity = (one) => one.intensity, byWork = (one) => one.work;
  const floorOf = (roof) => roof.floor_us + Math.max(...roof.ceilings.map((one) => one[2]));
  const least = (pairs) => pairs.reduce((low, one) => (one[1] < low[1] ? one : low), ["", Infinity]);

  function around(values, decadesAround) {
    const low = Math.log10(Math.min(...values)) - decadesAround, high = Math.log10(Math.max(...values)) + decadesAround;
    return [10 ** (Math.floor(low * 2) / 2), 10 ** (Math.ceil(high * 2) / 2)];
  }

  function panel(place, { title, xTitle, xOf, xDomain, yDomain, roof, curves, marks, names, told }) {
    const width = Math.max(place.clientWidth, 260), height = Math.round(Math.min(370, Math.max(270, width * 0.62)));
    const frame = { left: 46, right: width - 10, top: 40, bottom: height - 42 };
    const x = logScale(xDomain, [frame.left, frame.right]), y = logScale(yDomain, [frame.bottom, frame.top]);
    const svg = make("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": told });
    const clip = `clip-${place.id}`;
    svg.append(make("defs", {}, make("clipPath", { id: clip }, make("rect", { x: frame.left, y: frame.top, width: frame.right - frame.left, height: frame.bottom - frame.top }))));
    logAxes(svg, x, y, frame, { title, x: xTitle, y: "10⁹ operations/s" });
    const within = make("g", { "clip-path": `url(#${clip})` });
    for (const [kind, rate] of curves) within.append(make("path", { class: kind, d: curve(x, y, rate) }));
    for (const value of marks) within.append(make("line", { class: "drop", x1: x(value), x2: x(value), y1: frame.top, y2: frame.bottom }));
    svg.append(within);
    const labels = [];
    roofs.map((one, index) => [one, index]).sort(([, a], [, b]) => (a === chosen) - (b === chosen)).forEach(([one, index]) => {
      const at = { x: x(xOf(one)), y: y(one.rate) };
      const limit = attainable(one, one.work, one.intensity);
      svg.append(make("circle", {
        class: `point${index === chosen ? " chosen" : ""}`, cx: at.x, cy: at.y, r: index === chosen ? 5 : 4,
        "data-tip": `${one.name}: ${significant(one.rate)} of ${significant(limit)} · 10⁹ operations/s (${percent(one.rate / limit)} of its roof), ${one.kind}; ${significant(one.intensity)} operations/byte, ${formatLarge(one.work)}operations a launch`,
        "data-p": "roof", click: () => { pick.value = String(index); choose(index); },
      }));
      const same = labels.find((other) => Math.hypot(other.x - at.x, other.y - at.y) < 3);
      if (same) same.names.push(one.name); else labels.push({ ...at, names: [one.name] });
      if (index === chosen) (same || labels[labels.length - 1]).first = one.name;
    });
    for (const label of labels) {
      const head = label.first || label.names[0];
      label.text = label.names.length > 2 ? `${head} and ${label.names.length - 1} more` : [head, ...label.names.filter((name) => name !== head)].join(", ");
    }
    labels.sort((a, b) => Boolean(b.first) - Boolean(a.first));
    for (const [value, text] of names) labels.push({ x: x(value), y: y(attainable(roofs[chosen], work, xOf === byWork ? roofs[chosen].intensity : value, false)), text, roof: true });
    for (const label of placed(labels, frame)) svg.append(make("text", { class: label.roof ? "halo" : "label halo", x: label.tx, y: label.ty, "text-anchor": label.anchor }, label.text));
    const move = (event) => {
      const box = svg.getBoundingClientRect();
      const value = x.back(((event.clientX - box.left) / box.width) * width);
      if (event.target.closest(".point") || value < x.from || value > x.to) return;
      showTip(event.clientX, event.clientY, roof(value));
    };
    svg.addEventListener("pointermove", move);
    svg.addEventListener("pointerleave", hideTip);
    svg.dataset.ownTip = "";
    place.replaceChildren(svg);
  }

  function draw() {
    const roof = roofs[chosen];
    const rates = roofs.map((one) => one.rate);
    const tops = roofs.map((one) => attainable(one, one.work, one.intensity, false));
    const yDomain = around([...rates, ...tops], 0.35);
    const intensities = around(roofs.map((one) => one.intensity), 1.2);
    const works = around([...roofs.map((one) => one.work), work], 1);
    panel(byId("roof-intensity"), {
      title: "Over intensity", xTitle: `operations/byte of DDR, at ${formatLarge(work)}operations a launch`, xOf: byIntensity, xDomain: intensities, yDomain, marks: [roof.intensity],
      curves: [
        ...[0.01, 0.1, 10, 100].map((times) => ["family", (i) => attainable(roof, work * times, i)]),
        ["classic", (i) => attainable(roof, work, i, false)], ["roof", (i) => attainable(roof, work, i)],
      ],
      roof: (i) => [make("b", {}, `${significant(attainable(roof, work, i))} · 10⁹ operations/s at most`), make("span", {}, `at ${significant(i)} operations/byte and ${formatLarge(work)}operations a launch; limited by ${limitOf(roof, work, i)}. Without launches ${significant(attainable(roof, work, i, false))}.`)],
      names: [[intensities[1] ** 0.8 * intensities[0] ** 0.2, least(flat(roof))[0]], ...(slanting(roof).length ? [[intensities[0] ** 0.85 * intensities[1] ** 0.15, least(slanting(roof))[0]]] : [])],
      told: `Roofline over intensity for ${roof.name}: reached ${significant(roof.rate)} of ${significant(attainable(roof, roof.work, roof.intensity))} times 10 to the 9 operations a second`,
    });
    panel(byId("roof-launch"), {
      title: "Over the work of a launch", xTitle: `operations a launch, at ${significant(roof.intensity)} operations/byte`, xOf: byWork, xDomain: works, yDomain, marks: [work],
      curves: [
        ["floor", (w) => w / floorOf(roof) / 1e3], ["classic", (w) => attainable(roof, w, roof.intensity, false)], ["roof", (w) => attainable(roof, w, roof.intensity)],
      ],
      roof: (w) => [make("b", {}, `${significant(attainable(roof, w, roof.intensity))} · 10⁹ operations/s at most`), make("span", {}, `with ${formatLarge(w)}operations a launch; limited by ${limitOf(roof, w, roof.intensity)}.`)],
      names: [[works[0] ** 0.85 * works[1] ** 0.15, limitWithout(roof)]],
      told: `Roofline over the work of a launch for ${roof.name}: a launch takes ${formatUs(floorOf(roof))} at least`,
    });
    const now = attainable(roof, work, roof.intensity);
    byId("roof-work-told").textContent = `${formatLarge(work)}operations (${significant(work / roof.work)}× as it ran)`;
    byId("roof-told").textContent = `${roof.name}: at most ${significant(now)} · 10⁹ operations/s at that work a launch, limited by ${limitOf(roof, work, roof.intensity)}; ${significant(roof.rate)} were reached as it ran (${roof.kind}). Solid: the roof. Dashed: without launches. Dotted: launches alone, ${formatUs(floorOf(roof))} each, of it ${formatUs(floorOf(roof) - roof.floor_us)} on the array. Thin: a hundredth, a tenth, ten and a hundred times the work a launch.`;
  }

  function choose(index) {
    chosen = index;
    work = roofs[chosen].work;
    slider.value = "0";
    draw();
  }
  pick.addEventListener("change", () => choose(Number(pick.value)));
  slider.addEventListener("input", () => { work = roofs[chosen].work * 10 ** Number(slider.value); draw(); });
  byId("roof-reset").addEventListener("click", () => choose(chosen));
  redraws.push(draw);
}
