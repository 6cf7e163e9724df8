// The array as it lies: cores above mem tiles above shims, each with its DMA channels.
function useOf([name, kind, busy, waiting, idle, bytes]) {
  const waits = Object.entries(waiting).sort((a, b) => WAITS.indexOf(a[0]) - WAITS.indexOf(b[0]));
  const elapsed = busy + idle + waits.reduce((sum, [, us]) => sum + us, 0);
  return { name, kind, busy, waits, idle, bytes, elapsed, ...placeOf(name) };
}

function useBar(use) {
  const share = (us) => `${(us / (use.elapsed || 1)) * 100}%`;
  const part = (kind, us) => make("i", { class: `part k-${kind}${isWait(kind) ? " w" : ""}`, style: { width: share(us) } });
  return make("span", { class: "ubar" }, part("busy", use.busy), use.waits.map(([cause, us]) => part(kindOfWait(cause), us)));
}

function useInWords(use) {
  const waits = use.waits.map(([cause, us]) => `${KINDS[kindOfWait(cause)]} ${percent(us / (use.elapsed || 1))}`);
  return [`busy ${percent(use.busy / (use.elapsed || 1))}`, ...waits, `idle ${percent(use.idle / (use.elapsed || 1))}`].join(", ");
}

function useRows(uses, kind) {
  const causes = WAITS.filter((cause) => uses.some((use) => use.waits.some(([name]) => name === cause)));
  const others = [...new Set(uses.flatMap((use) => use.waits.map(([name]) => name)))].filter((name) => !WAITS.includes(name));
  const moved = uses.some((use) => use.bytes);
  const head = ["resource", "busy", ...causes.map((name) => KINDS[kindOfWait(name)]), ...others, "idle", "sum", `elapsed, ${kind}`, ...(moved ? ["moved"] : [])];
  const body = uses.map((use) => {
    const share = (us) => (us ? percent(us / (use.elapsed || 1)) : "0.0 %");
    const waits = new Map(use.waits);
    const cells = [share(use.busy), ...[...causes, ...others].map((name) => share(waits.get(name) || 0)), share(use.idle), "100.0 %", formatUs(use.elapsed), ...(moved ? [use.bytes ? formatBytes(use.bytes) : "–"] : [])];
    return make("tr", {}, make("th", { scope: "row" }, use.name), cells.map((text) => make("td", { class: "n" }, text)));
  });
  return make("table", {}, make("thead", {}, make("tr", {}, head.map((text, place) => make("th", { scope: "col", class: place ? "n" : null }, text)))), make("tbody", {}, body));
}

function drawArray(launch, kind) {
  const uses = launch.uses.map(useOf);
  const tiles = new Map();
  for (const use of uses) {
    if (!tiles.has(use.tile)) tiles.set(use.tile, { name: use.tile, kind: use.kind, column: use.column, row: use.row, own: null, channels: [] });
    const tile = tiles.get(use.tile);
    const lies = placeOf(use.name);
    tile.kind = lies.kind;
    if (lies.channel) tile.channels.push({ ...use, channel: lies.channel }); else tile.own = use;
  }
  const onArray = [...tiles.values()].filter((tile) => ["core", "mem", "shim"].includes(tile.kind));
  const beside = [...tiles.values()].filter((tile) => !onArray.includes(tile));
  const columns = Math.max(0, ...onArray.map((tile) => tile.column)) + 1, rows = Math.max(1, ...onArray.map((tile) => tile.row)) + 1;
  const at = new Map(onArray.map((tile) => [`${tile.column},${tile.row}`, tile]));
  const told = make("div", { class: "array-told", "aria-live": "polite" }, make("span", { class: "fine" }, "Point at a tile, or move among them with the arrow keys, to read its figures."));
  const cells = [];
  const dense = columns > 5;

  function tell(tile) {
    for (const other of cells) {
      other.setAttribute("aria-selected", String(other === tile.cell));
      other.tabIndex = other === tile.cell ? 0 : -1;
    }
    const list = [tile.own, ...tile.channels].filter(Boolean);
    told.replaceChildren(make("div", { class: "scroll" }, useRows(list, kind)));
  }

  function cellOf(tile) {
    const word = { core: "core", mem: "mem tile", shim: "shim" }[tile.kind] || tile.name;
    const label = ["core", "mem", "shim"].includes(tile.kind) ? `${dense ? "" : `${word} `}(${tile.column},${tile.row})` : tile.name;
    const top = make("div", { class: "top" }, make("b", {}, label));
    if (tile.own) top.append(make("span", {}, dense && tile.own.kind === "core" ? `${((tile.own.busy / (tile.own.elapsed || 1)) * 100).toFixed(0)} %` : `busy ${percent(tile.own.busy / (tile.own.elapsed || 1))}`));
    const channels = tile.channels.sort((a, b) => a.channel.localeCompare(b.channel, "en", { numeric: true }));
    const into = channels.filter((one) => one.channel.startsWith("S2MM")), out = channels.filter((one) => !one.channel.startsWith("S2MM"));
    const box = make("div", { class: "chans" });
    [...into.map((one, row) => [one, "into", row]), ...out.map((one, row) => [one, "out", row])].forEach(([one, side, row]) => {
      box.append(make("div", { class: `chan ${side}`, style: dense ? null : { "grid-row": row + 1 } }, make("span", {}, one.channel), useBar(one)));
    });
    const words = [tile.own, ...channels].filter(Boolean).map((one) => `${one.name}: ${useInWords(one)}`).join(". ");
    const cell = make("div", { class: `tile ${tile.kind}`, role: "option", tabindex: "-1", "aria-label": words, "aria-selected": "false", pointerenter: () => tell(tile), focus: () => tell(tile), click: () => cell.focus() }, top, tile.own ? useBar(tile.own) : null, channels.length ? box : null);
    tile.cell = cell;
    cells.push(cell);
    return cell;
  }

  const grid = make("div", { class: `array${dense ? " dense" : ""}`, role: "listbox", "aria-label": `The array over one launch of ${launch.kernel}, ${kind}`, style: { "--columns": columns } });
  grid.append(make("span"), ...Array.from({ length: columns }, (_, column) => make("span", { class: "col-name" }, `column ${column}`)));
  for (let row = rows - 1; row >= 0; row -= 1) {
    grid.append(make("span", { class: "row-name" }, row > 1 ? `row ${row}` : row ? "mem tiles" : "shims"));
    for (let column = 0; column < columns; column += 1) {
      const tile = at.get(`${column},${row}`);
      grid.append(tile ? cellOf(tile) : make("div", { class: "tile unused" }, "not used"));
    }
  }
  for (const tile of beside) {
    grid.append(make("span"));
    const cell = cellOf(tile);
    cell.classList.add("wide-tile");
    grid.append(cell);
  }
  if (cells.length) cells[0].tabIndex = 0;
  grid.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    const from = document.activeElement;
    if (!steps || !cells.includes(from)) return;
    event.preventDefault();
    const here = from.getBoundingClientRect();
    let best = null;
    for (const cell of cells) {
      if (cell === from) continue;
      const box = cell.getBoundingClientRect();
      const dx = box.left + box.width / 2 - here.left - here.width / 2, dy = box.top + box.height / 2 - here.top - here.height / 2;
      const along = dx * steps[0] + dy * steps[1], across = Math.abs(steps[0] ? dy : dx);
      if (along < 4) continue;
      const far = along + 3 * across;
      if (!best || far < best.far) best = { cell, far };
    }
    if (best) best.cell.focus();
  });
  const kinds = ["busy", ...WAITS.map(kindOfWait).filter((one) => uses.some((use) => use.waits.some(([cause]) => kindOfWait(cause) === one))), "idle"];
  byId("array-legend").replaceChildren(...kinds.map(legendLine));
  byId("array-table").replaceChildren(useRows(uses, kind));
  const fine = make("p", { class: "fine" }, `One launch of ${launch.kernel}, ${formatUs(launch.elapsed_us)} from its first step until everything stands, ${kind}. S2MM: into the tile's memory, MM2S: out of it.${launch.uses_counted ? "" : " This timeline is older: a transfer that waits for its share of DDR counts as busy."}`);
  byId("plot-array").replaceChildren(grid, told, fine);
}
