// How figures are written: units that adapt, three significant digits.
function significant(value, digits = 3) {
  if (!value || !Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size < 1e-3) return value.toExponential(digits - 1);
  const decimals = Math.max(digits - 1 - Math.floor(Math.log10(Number(size.toPrecision(digits)))), 0);
  return value.toFixed(Math.min(decimals, 12));
}

// An error, absolute or relative, as the tables have it: 2.1e-03.
const formatError = (error) => (error ? error.toExponential(1).replace(/e([+-])(\d)$/, "e$10$2") : "0");

function formatUs(us) {
  const size = Math.abs(us);
  if (size === 0) return "0 µs";
  if (size < 0.9995) return `${significant(us * 1e3)} ns`;
  if (size < 999.5) return `${significant(us)} µs`;
  if (size < 999.5e3) return `${significant(us / 1e3)} ms`;
  return `${significant(us / 1e6)} s`;
}

// A moment on an axis up to `most`: in the unit of that, with as many digits as the step needs.
function formatMoment(us, step, most) {
  const [unit, divisor] = most >= 1e6 ? ["s", 1e6] : most >= 1e3 ? ["ms", 1e3] : most >= 1 ? ["µs", 1] : ["ns", 1e-3];
  const decimals = Math.max(0, Math.min(6, -Math.floor(Math.log10(step / divisor) + 1e-9)));
  return `${(us / divisor).toLocaleString("en", { minimumFractionDigits: decimals, maximumFractionDigits: decimals })} ${unit}`;
}

// A moment by itself: the unit that suits it, and as many digits as a tenth of a span needs.
function formatAt(us, spanUs) {
  const [unit, divisor] = us >= 999.5e3 ? ["s", 1e6] : us >= 999.5 ? ["ms", 1e3] : us >= 0.9995 ? ["µs", 1] : ["ns", 1e-3];
  const decimals = spanUs > 0 ? Math.ceil(1 - Math.log10(spanUs / divisor)) : 6;
  return `${(us / divisor).toLocaleString("en", { maximumFractionDigits: Math.max(0, Math.min(6, decimals)) })} ${unit}`;
}

const percent = (share) => `${(share * 100).toFixed(1)} %`;

function formatBytes(count) {
  let size = count;
  for (const unit of ["B", "KiB", "MiB"]) {
    if (size < 1024) return `${significant(size, 4)} ${unit}`;
    size /= 1024;
  }
  return `${significant(size, 4)} GiB`;
}

function formatLarge(value) {
  for (const [unit, divisor] of [["trillion ", 1e12], ["billion ", 1e9], ["million ", 1e6], ["thousand ", 1e3]]) if (value >= 0.9995 * divisor) return `${significant(value / divisor)} ${unit}`;
  return `${significant(value)} `;
}

const KINDS = {
  call: "in a kernel", transfer: "moving data", setup: "setting a transfer up", overhead: "locks, calls and loops",
  issue: "issuing instructions", token: "taking a token", several: "several, too short to tell apart", busy: "busy",
  buffer_empty: "waits for data", buffer_full: "waits for a free buffer", stream: "waits for the stream",
  ddr: "waits for its share of DDR", task_queue: "waits for a task", "wait-token": "waits for a token", wait: "waits", idle: "idle",
};
const WAITS = ["buffer_empty", "buffer_full", "stream", "ddr", "task_queue", "token"];
const kindOfWait = (cause) => (cause === "token" ? "wait-token" : WAITS.includes(cause) ? cause : "wait");
const kindOfSpan = (activity, detail) => (activity === "wait" ? kindOfWait(detail) : activity in KINDS ? activity : "several");
const isWait = (kind) => kind === "wait" || kind === "wait-token" || (WAITS.includes(kind) && kind !== "token");
const COLOUR_OF = { busy: "call", "wait-token": "sync" };
const colourOf = (kind) => colour(COLOUR_OF[kind] || kind);

// A line of a legend: what a pattern stands for.
function legendLine(kind) {
  return make("li", {}, make("i", { class: `swatch k k-${kind}${isWait(kind) ? " w" : ""}${kind === "idle" ? " idle" : ""}`, "aria-hidden": "true" }), make("span", {}, KINDS[kind]));
}
