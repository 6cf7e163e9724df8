// The case and the launch that the drawings show.
const pickCase = byId("pick-case"), pickLaunch = byId("pick-launch");

async function showCase() {
  const index = Number(pickCase.value);
  const chosen = DATA.cases[index];
  for (const part of all(".per-case")) part.hidden = Number(part.dataset.case) !== index;
  pickLaunch.replaceChildren(...chosen.launches.map(([place, count], number) => make("option", { value: number }, `${DATA.launches[place].kernel}, ${count.toLocaleString("en")}×`)));
  byId("pick-launch-label").hidden = !chosen.launches.length;
  await showLaunch();
}

async function showLaunch() {
  const chosen = DATA.cases[Number(pickCase.value)];
  const entry = chosen.launches[Number(pickLaunch.value) || 0];
  for (const part of all(".needs-timeline")) {
    part.hidden = Boolean(entry);
    if (!entry) part.querySelector(".why").textContent = `${chosen.name}: ${chosen.missing}.`;
  }
  for (const id of ["plot-array", "plot-timeline", "array-table", "array-legend", "timeline-legend", "plot-memory", "memory-table"]) if (!entry && byId(id)) byId(id).replaceChildren();
  drawOutput(chosen);
  if (!entry) { timeline = null; tellMemory(false, chosen.missing); return; }
  const launch = DATA.launches[entry[0]];
  drawArray(launch, chosen.kind);
  try {
    const spans = await unpack(launch);
    drawTimeline(spans, chosen.kind);
    tellMemory(drawMemory(spans, chosen.kind), "its timeline does not hold it; one written by this version does");
  } catch (error) {
    byId("plot-timeline").replaceChildren(make("p", { class: "absent" }, `This browser cannot unpack the timeline (${error.message}).`));
  }
  document.documentElement.dataset.ready = "true";
}

function tellMemory(drawn, why) {
  const chosen = DATA.cases[Number(pickCase.value)];
  for (const part of all(".needs-memory")) {
    part.hidden = drawn;
    if (!drawn) part.querySelector(".why").textContent = `${chosen.name}: ${why}.`;
  }
  for (const part of all(".has-memory")) part.hidden = !drawn;
  if (!drawn && byId("plot-memory")) byId("plot-memory").replaceChildren();
}

function drawOutput(chosen) {
  const drawn = chosen.tiles !== null && drawTiles(DATA.tiles[chosen.tiles], chosen.kind);
  for (const part of all(".needs-tiles")) {
    part.hidden = drawn;
    if (!drawn) part.querySelector(".why").textContent = `${chosen.name}: ${chosen.missing || "its timeline does not hold them"}.`;
  }
  if (drawn || !byId("plot-tiles")) return;
  for (const id of ["plot-tiles", "tiles-table", "tiles-choice"]) byId(id).replaceChildren();
  byId("tiles-told").textContent = "";
}

if (pickCase) {
  pickCase.addEventListener("change", showCase);
  for (const link of all("[data-pick]")) link.addEventListener("click", () => { pickCase.value = link.dataset.pick; showCase(); });
  pickLaunch.addEventListener("change", showLaunch);
  redraws.push(() => {
    const chosen = DATA.cases[Number(pickCase.value)];
    drawOutput(chosen);
    if (timeline) { drawTimeline(timeline.spans, chosen.kind); drawMemory(timeline.spans, chosen.kind); }
  });
  showCase();
}
redraw();
if (!DATA.launches.length) document.documentElement.dataset.ready = "true";
