const boxes = [...document.querySelectorAll("#plot-roofline svg")].flatMap((svg, place) =>
  [...svg.querySelectorAll("text")].map((text) => ({ place, text: text.textContent, box: text.getBoundingClientRect() })));
const found = [];
boxes.forEach((one, i) => boxes.slice(i + 1).forEach((other) => {
  if (one.place !== other.place) return;
  const a = one.box, b = other.box;
  if (a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 2 && b.top < a.bottom - 2) found.push([one.text, other.text]);
}));
return found;
