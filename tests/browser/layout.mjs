// What has to hold of a page as it is laid out. `measure` runs inside the page, so it can use
// nothing from this file.

/** A list of faults; `root` is the size in pixels that the page's text should have. */
export function measure({ root }) {
  const faults = [];
  const enlarged = root > 18;
  const is = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  if (Math.abs(is - root) > 0.5) faults.push(`the text has ${is} px, not ${root}`);
  const wide = document.documentElement.clientWidth;
  const named = (element, text) =>
    `<${element.tagName.toLowerCase()}${element.className?.baseVal === undefined && element.className ? `.${element.className}` : ""}> “${text.trim().slice(0, 30)}”`;

  if (document.documentElement.scrollWidth > wide) {
    faults.push(`scrolls sideways: ${document.documentElement.scrollWidth} > ${wide}`);
  }
  // Folded parts are measured as well, and folded again.
  const folded = [...document.querySelectorAll("details:not([open])")];
  for (const details of folded) details.open = true;

  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || element.closest(".skip, style")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const box = (element.closest("section, details.rest, header, footer, .stale") ?? document.body)
      .getBoundingClientRect();
    for (const rect of range.getClientRects()) {
      if (rect.left < Math.max(0, box.left) - 1 || rect.right > Math.min(wide, box.right) + 1) {
        faults.push(`sticks out of its box: ${named(element, node.data)}`);
        break;
      }
    }
    // A clipped text is wider or higher than the box that shows it. A line of one box may be
    // higher than its line height, which clips nothing where nothing is hidden.
    const style = getComputedStyle(element);
    if (style.display !== "inline" && element.scrollWidth > element.clientWidth + 1) {
      faults.push(`wider than its box: ${named(element, node.data)}`);
    }
    if (style.overflowY !== "visible" && element.scrollHeight > element.clientHeight + 1) {
      faults.push(`cut off below: ${named(element, node.data)}`);
    }
    // Words may be broken only where text is very large; a code is broken between its groups.
    if (!enlarged && !element.closest("[translate=no], .masked")) {
      for (const word of node.data.matchAll(/[A-Za-z’]{2,}/g)) {
        range.setStart(node, word.index);
        range.setEnd(node, word.index + word[0].length);
        const lines = new Set([...range.getClientRects()].map((rect) => Math.round(rect.top)));
        if (lines.size > 1) faults.push(`broken word ${word[0]} in ${named(element, node.data)}`);
      }
    }
  }
  // A thumb needs 44 px.
  for (const target of document.querySelectorAll("a:not(.skip, p a, li a), button, summary, input[type=text], label.size")) {
    const rect = target.getBoundingClientRect();
    if (rect.width > 0 && rect.height < 44) {
      faults.push(`too small for a thumb, ${rect.height} px: ${named(target, target.textContent)}`);
    }
  }
  for (const details of folded) details.open = false;
  return faults;
}

/** Contrast of each text of the answer with its ground, the lowest first. Runs inside the page. */
export function contrast() {
  const parse = (colour) => {
    const [r, g, b, a = 1] = colour.match(/[\d.]+/g).map(Number);
    return { r, g, b, a };
  };
  const light = ({ r, g, b }) => {
    const [x, y, z] = [r, g, b].map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.a === 1) return colour;
      if (colour.a > 0) return null;
    }
    return { r: 255, g: 255, b: 255 };
  };
  const found = [];
  for (const element of document.querySelectorAll(".verdict, .verdict *")) {
    const text = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!text && element.tagName !== "svg") continue;
    const style = getComputedStyle(element);
    const behind = ground(element);
    if (behind === null) return { lowest: 0, at: "a see-through ground" };
    const [high, low] = [light(parse(style.color)), light(behind)].sort((a, b) => b - a);
    found.push({ lowest: (high + 0.05) / (low + 0.05), at: element.tagName.toLowerCase() });
  }
  return found.sort((a, b) => a.lowest - b.lowest)[0] ?? null;
}
