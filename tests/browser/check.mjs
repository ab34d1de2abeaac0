// All checks of the pages in a real browser. Started by `run`, with the demo's origin.

import { readFile, writeFile } from "node:fs/promises";
import { FileSystemConfigLoader, HtmlValidate } from "html-validate";
import { openBrowser } from "./browser.mjs";
import { compare, NOW, turnOver } from "./compare.mjs";
import { openFront } from "./front.mjs";
import { contrast, measure } from "./layout.mjs";
import { lighthouse } from "./lighthouse.mjs";
import { pages } from "./pages.mjs";
import { Tally } from "./tally.mjs";
import { weighAll } from "./weight.mjs";

const WIDTHS = [320, 360, 390, 768, 1280];
/** Text sizes, in percent: of the browser's own setting, and of the page's switch for large text. */
const SIZES = [
  { name: "100", browser: 100, large: false, root: 18 },
  { name: "large", browser: 100, large: true, root: 27 },
  { name: "200", browser: 200, large: false, root: 36 },
];
/** Two cores, and a browser takes more than one. */
const AT_ONCE = 2;
const AXE = await readFile(new URL("node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

const demo = process.argv[2];
const tally = new Tally();
const markup = new HtmlValidate(
  new FileSystemConfigLoader({
    root: true,
    extends: ["html-validate:recommended"],
    rules: {
      // A page is written by a machine for the wire: no quirk of style, only errors.
      "long-title": "off",
      "void-style": "off",
      "no-trailing-whitespace": "off",
      "doctype-style": "off",
      // The style sheet keeps a telephone number on one line.
      "tel-non-breaking": "off",
      // The pair check asks for several codes under one name.
      "form-dup-name": "off",
      // An icon's size is the style sheet's; the attributes are for who has none.
      "svg-focusable": "off",
    },
  }),
);

// However it ends, the last line says how it went.
process.on("SIGTERM", () => end("stopped before the end"));

await turnOver();
const front = await openFront(demo);
const browsers = new Map();
for (const percent of [100, 200]) {
  const flags = [`--blink-settings=defaultFontSize=${(16 * percent) / 100}`];
  browsers.set(percent, await openBrowser(flags));
}
let seen = 0;
try {
  await selfTest();
  const todo = pages();
  await weighAll(demo, todo, tally);
  const lowest = new Map();
  await Promise.all(Array.from({ length: AT_ONCE }, () => work(todo, lowest)));
  const spent = Math.round(performance.now() / 1000);
  console.log(`\n${todo.length} pages looked at, ${spent} s`);
  // Counted where they arrive: a browser does not tell a test that it asks for the site's icon.
  const own = new Set(todo.map((page) => page.path));
  const asked = front.taken().filter((path) => !own.has(path));
  tally.check("a page is one request", asked);
  console.log("\nlowest contrast of the answer, light and dark:");
  console.log([...lowest].map(([name, ratio]) => `     ${name} ${ratio.toFixed(1)}`).join("\n"));
} catch (error) {
  tally.check("the run", [String(error).split("\n")[0]]);
} finally {
  for (const browser of browsers.values()) await browser.close();
  front.close();
}
await lighthouse(demo, tally);
await compare();
end();

function end(fault) {
  if (fault) tally.check("the run", [fault]);
  console.log(`\n${tally.passed} passed, ${tally.failed} failed`);
  process.exit(tally.failed === 0 ? 0 : 1);
}

/** A page with every fault: checks that find nothing in it would find nothing anywhere. */
async function selfTest() {
  const bad =
    "<!DOCTYPE html><html><head><title>bad</title><style>html{font-size:18px}section{width:200px}" +
    ".verdict{background:#0a5a34;color:#6a6}.cut{overflow:hidden;height:5px}</style></head><body>" +
    "<section class=verdict><h1>pale</h1><p style='white-space:nowrap'>far too long for its box, far too long</p></section>" +
    "<p class=cut>cut off</p><p style='width:9999px'>wide</p><p style='width:1em;overflow-wrap:anywhere'>broken</p>" +
    "<button>x</button><img src=x></body></html>";
  const tab = await browsers.get(100).newPage();
  await tab.setContent(bad);
  const found = (await tab.evaluate(measure, { root: 18 })).join("\n");
  const wanted = ["scrolls sideways", "sticks out", "wider than", "cut off", "broken word", "thumb"];
  tally.check("a bad layout is found bad", wanted.filter((fault) => !found.includes(fault)));
  const worst = await tab.evaluate(contrast);
  tally.check("a pale answer is found pale", worst.lowest < 7 ? [] : [`${worst.lowest}`]);
  await tab.evaluate(AXE);
  const { violations } = await tab.evaluate(() => globalThis.axe.run(document));
  tally.check("axe finds a missing language", violations.some(({ id }) => id === "html-has-lang") ? [] : ["not"]);
  const { results } = await markup.validateString(bad);
  tally.check("a missing text for a picture is found", results.length > 0 ? [] : ["not"]);
  await tab.close();
}

/** Each worker takes every page that nobody has taken. */
async function work(todo, lowest) {
  while (seen < todo.length) {
    const page = todo[seen];
    seen += 1;
    for (const percent of browsers.keys()) await look(page, percent, lowest);
  }
}

async function look(page, percent, lowest) {
  const name = `${page.name}.${page.lang}`;
  const context = await browsers.get(percent).newContext({
    viewport: { width: 390, height: 844 },
    colorScheme: "light",
    locale: page.tag,
  });
  try {
    const tab = await context.newPage();
    tab.setDefaultTimeout(20_000);
    const answer = await open(tab, page, name);
    if (percent === 100) await valid(name, await answer.text());
    const sizes = SIZES.filter(({ browser }) => browser === percent);
    for (const scheme of ["light", "dark"]) {
      await tab.emulateMedia({ colorScheme: scheme });
      const what = `${name} ${scheme}`;
      for (const size of sizes) {
        // The dark changes colours; twice it is shown to change nothing else.
        if (scheme === "light" || !size.large) await layout(tab, page, what, scheme, size);
      }
      if (percent === 100) {
        await first(tab, what);
        await accessible(tab, what);
        await worstContrast(tab, page, what, lowest);
      }
    }
    if (percent === 100) await printed(tab, name);
  } catch (error) {
    tally.check(name, [String(error).split("\n")[0]]);
  } finally {
    await context.close();
  }
}

/** Opens the page: with its status and its policy, in silence, and without a second request. */
async function open(tab, page, what) {
  const noise = [];
  tab.on("console", (line) => noise.push(line.text()));
  tab.on("pageerror", (error) => noise.push(String(error)));
  if (page.method) {
    await tab.route("**/*", (route) => route.continue({ method: page.method }));
  }
  const answer = await tab.goto(front.origin + page.path, { waitUntil: "load" });
  const faults = [];
  if (answer.status() !== page.status) faults.push(`${answer.status()} is not ${page.status}`);
  if (answer.headers()["content-security-policy"] !== front.policy) faults.push("another policy");
  // Chromium itself notes in the console that a page came with 4xx; that is no fault of a page.
  faults.push(...noise.filter((line) => !/Failed to load resource.*\b4\d\d\b/.test(line)));
  tally.check(`${what} answer and console`, faults);
  return answer;
}

async function layout(tab, page, what, scheme, size) {
  const device = await tab.context().newCDPSession(tab);
  await tab.evaluate((large) => {
    document.querySelector("#large").checked = large;
  }, size.large);
  for (const width of WIDTHS) {
    await tab.setViewportSize({ width, height: width > 700 ? 900 : 844 });
    if (wanted(scheme, size.name, width)) {
      const file = `${page.name}.${page.lang}.${width}.${size.name}.${scheme}.png`;
      await writeFile(new URL(file, NOW), await picture(tab, device, width));
    }
    const faults = await tab.evaluate(measure, size);
    tally.check(`${what} ${width} px, text ${size.name}`, faults);
  }
  await device.detach();
}

/** The whole page, without the second that a small file would take. */
async function picture(tab, device, width) {
  const height = await tab.evaluate(() => document.documentElement.scrollHeight);
  const { data } = await device.send("Page.captureScreenshot", {
    captureBeyondViewport: true,
    clip: { x: 0, y: 0, width, height, scale: 1 },
    optimizeForSpeed: true,
  });
  return Buffer.from(data, "base64");
}

/** A screenshot of each width as most see it, of the dark, and of the narrowest with large text. */
function wanted(scheme, size, width) {
  if (scheme === "dark") return size === "100" && width === 390;
  return size === "100" || width === 320;
}

/** The answer is on the first screen: of a small phone, and of a phone held sideways. */
async function first(tab, what) {
  await tab.evaluate(() => {
    document.querySelector("#large").checked = false;
  });
  for (const [width, height] of [[320, 568], [740, 360]]) {
    await tab.setViewportSize({ width, height });
    const bottom = await tab.evaluate(
      () => document.querySelector("h1").getBoundingClientRect().bottom + scrollY,
    );
    tally.check(
      `${what} answer on the first screen of ${width}×${height}`,
      bottom <= height ? [] : [`it ends at ${Math.round(bottom)} px`],
    );
  }
  await tab.setViewportSize({ width: 390, height: 844 });
}

async function accessible(tab, what) {
  await tab.evaluate(AXE);
  const { violations } = await tab.evaluate(() =>
    globalThis.axe.run(document, {
      resultTypes: ["violations"],
      rules: { "color-contrast-enhanced": { enabled: true }, "target-size": { enabled: true } },
    }),
  );
  tally.check(
    `${what} axe`,
    violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 80)).join(" | ")}`),
  );
}

async function worstContrast(tab, page, what, lowest) {
  const worst = await tab.evaluate(contrast);
  if (worst === null) return;
  lowest.set(page.name, Math.min(worst.lowest, lowest.get(page.name) ?? Infinity));
  tally.check(
    `${what} contrast of the answer`,
    worst.lowest >= 7 ? [] : [`${worst.lowest.toFixed(2)} in <${worst.at}>`],
  );
}

async function valid(what, html) {
  const { results } = await markup.validateString(html);
  const faults = results.flatMap(({ messages }) =>
    messages.map(({ line, column, message, ruleId }) => `${line}:${column} ${message} (${ruleId})`),
  );
  tally.check(`${what} markup`, faults);
}

/** Folded parts are on paper too, in black on white, and nothing that only a screen can use. */
async function printed(tab, what) {
  await tab.emulateMedia({ media: "print" });
  const faults = await tab.evaluate(() => {
    const faults = [];
    const shown = (element) => element.getClientRects().length > 0;
    for (const element of document.querySelectorAll("form, footer nav, .skip")) {
      if (shown(element)) faults.push(`<${element.tagName}> is printed`);
    }
    for (const element of document.querySelectorAll("details dd")) {
      if (element.checkVisibility?.({ contentVisibilityAuto: true }) === false) {
        faults.push(`folded on paper: ${element.textContent.slice(0, 30)}`);
      }
    }
    return faults;
  });
  tally.check(`${what} print`, faults);
  await tab.emulateMedia({ media: "screen" });
}
