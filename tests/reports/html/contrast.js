const lightness = (rgb) => {
  const [r, g, b] = rgb.map((v) => v / 255).map((v) => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
  return .2126 * r + .7152 * g + .0722 * b;
};
const parse = (text) => {
  const values = text.match(/[\d.]+/g).map(Number);
  const scale = text.startsWith("color(") ? 255 : 1;
  return { rgb: values.slice(0, 3).map((v) => v * scale), alpha: values.length > 3 ? values[3] : 1 };
};
const behind = (element) => {
  for (let at = element; at; at = at.parentElement) {
    const { rgb, alpha } = parse(getComputedStyle(at).backgroundColor);
    if (alpha > 0.99) return rgb;
  }
  return [255, 255, 255];
};
const worst = [];
for (const element of document.querySelectorAll("body *")) {
  const text = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  if (!text || !element.checkVisibility({ visibilityProperty: true }) || element.closest(".unseen, svg, .seg, script, style, option, noscript")) continue;
  const one = lightness(parse(getComputedStyle(element).color).rgb), two = lightness(behind(element));
  const ratio = (Math.max(one, two) + .05) / (Math.min(one, two) + .05);
  if (ratio < 4.5) worst.push([ratio.toFixed(2), element.tagName, element.className, element.textContent.trim().slice(0, 30)]);
}
const style = getComputedStyle(document.documentElement);
const probe = document.createElement("i");
document.body.append(probe);
const colour = (name) => { probe.style.color = `var(--${name})`; return lightness(parse(getComputedStyle(probe).color).rgb); };
const against = (a, b, least) => {
  const ratio = (Math.max(colour(a), colour(b)) + .05) / (Math.min(colour(a), colour(b)) + .05);
  if (ratio < least) worst.push([ratio.toFixed(2), a, b, ""]);
};
for (const term of ["host", "launch", "issue", "compute", "core_overhead", "shim_port", "mem_tile_port", "core_dma", "ddr", "sync", "residual"]) against(term, "on-fill", 4.5);
for (const kind of ["call", "transfer", "setup", "overhead", "token", "several", "accent"]) against(kind, "bg", 3);
return worst;
