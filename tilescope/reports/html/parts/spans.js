// The spans of a launch, unpacked once: columns of gaps, lengths and codes for each resource.
const unpacked = new Map();

async function unpack(launch) {
  if (!unpacked.has(launch)) unpacked.set(launch, unpackNow(launch));
  return unpacked.get(launch);
}

async function inflated(text) {
  const packed = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}

// Figures over time: each keeps its value from one moment to the next.
async function seriesOf({ of, counts, data }) {
  const bytes = await inflated(data);
  const count = counts.reduce((sum, one) => sum + one, 0);
  const gaps = new Uint32Array(bytes, 0, count), values = new Float32Array(bytes, 4 * count, count);
  let place = 0;
  return of.map(([name, whose, unit, limit, peak], index) => {
    const at = new Float64Array(counts[index]);
    let units = 0;
    for (let moment = 0; moment < at.length; moment += 1) {
      units += gaps[place + moment];
      at[moment] = units;
    }
    const found = { name, of: whose, unit, limit, peak, at, values: values.subarray(place, place + at.length) };
    place += at.length;
    return found;
  });
}

async function unpackNow(launch) {
  const bytes = await inflated(launch.data);
  const count = launch.counts.reduce((sum, one) => sum + one, 0);
  const gaps = new Int32Array(bytes, 0, count), lengths = new Uint32Array(bytes, 4 * count, count), moved = new Uint32Array(bytes, 8 * count, count), ddr = new Uint32Array(bytes, 12 * count, count), codes = new Uint16Array(bytes, 16 * count, count);
  const kinds = launch.codes.map(([activity, detail]) => kindOfSpan(activity, detail));
  const lanes = [];
  let place = 0;
  launch.resources.forEach((name, index) => {
    const size = launch.counts[index];
    const start = new Float64Array(size), end = new Float64Array(size);
    let at = 0;
    for (let span = 0; span < size; span += 1) {
      start[span] = (at + gaps[place + span]) * launch.unit_us;
      at += gaps[place + span] + lengths[place + span];
      end[span] = at * launch.unit_us;
    }
    lanes.push({ name, ...placeOf(name), start, end, code: codes.subarray(place, place + size), moved: moved.subarray(place, place + size), ddr: ddr.subarray(place, place + size) });
    place += size;
  });
  lanes.sort((a, b) => a.group - b.group || a.column - b.column || a.row - b.row || a.channel.localeCompare(b.channel, "en", { numeric: true }));
  const series = await seriesOf(launch.series);
  for (const one of series) for (let moment = 0; moment < one.at.length; moment += 1) one.at[moment] *= launch.unit_us;
  return { lanes, kinds, launch, series, elapsed: launch.elapsed_us || 1 };
}

// Where a resource lies: `core (2,3) MM2S0` is channel MM2S0 of the core in column 2, row 3.
const GROUPS = ["Controller", "Shim DMA", "Mem tile DMA", "Cores", "Core DMA", "Other"];
function placeOf(name) {
  const found = /^(core|mem|shim) \((\d+),(\d+)\)(?: (\S+))?$/.exec(name);
  if (!found) return { tile: name, kind: name === "controller" ? "controller" : "other", column: 0, row: 0, channel: "", group: name === "controller" ? 0 : 5 };
  const [, kind, column, row, channel = ""] = found;
  const group = kind === "shim" ? 1 : kind === "mem" ? 2 : channel ? 4 : 3;
  return { tile: `${kind} (${column},${row})`, kind, column: Number(column), row: Number(row), channel, group };
}

// The first of the sorted values that is above a limit.
function firstAbove(values, limit) {
  let low = 0, high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] > limit) high = middle; else low = middle + 1;
  }
  return low;
}
