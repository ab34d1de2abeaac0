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
/** What a browser calls its text size, in pixels, and what a reader calls it. */
const SIZES = [
  { name: "100", standard: 16, fixed: 13 },
  { name: "200", standard: 32, fixed: 26 },
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
      // An icon's size is the style sheet's; the attributes are for who has none.
      "svg-focusable": "off",
    },
  }),
);

await turnOver();
const front = await openFront(demo);
const browser = await openBrowser();
let seen = 0;
try {
  const todo = pages();
  await weighAll(demo, todo, tally);
  const lowest = new Map();
  await Promise.all(Array.from({ length: AT_ONCE }, () => work(todo.slice(), lowest)));
  console.log("\nlowest contrast of the answer, light and dark:");
  console.log([...lowest].map(([name, ratio]) => `     ${name} ${ratio.toFixed(1)}`).join("\n"));
} finally {
  await browser.close();
  front.close();
}
await lighthouse(demo, tally);
await compare();
console.log(`\n${tally.passed} passed, ${tally.failed} failed`);
process.exitCode = tally.failed === 0 ? 0 : 1;

/** Each worker takes every page that nobody has taken. */
async function work(todo, lowest) {
  while (seen < todo.length) {
    const page = todo[seen];
    seen += 1;
    for (const scheme of ["light", "dark"]) await look(page, scheme, lowest);
  }
}

async function look(page, scheme, lowest) {
  const what = `${page.name}.${page.lang} ${scheme}`;
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    colorScheme: scheme,
    locale: page.tag,
    javaScriptEnabled: true,
  });
  try {
    const tab = await context.newPage();
    tab.setDefaultTimeout(20_000);
    const noise = [];
    tab.on("console", (line) => noise.push(line.text()));
    tab.on("pageerror", (error) => noise.push(String(error)));
    const requests = [];
    tab.on("request", (request) => requests.push(new URL(request.url()).pathname));
    if (page.method || page.accept) {
      await tab.route("**/*", (route) =>
        route.continue({
          method: page.method,
          headers: { ...route.request().headers(), ...(page.accept && { accept: page.accept }) },
        }),
      );
    }
    const answer = await tab.goto(front.origin + page.path, { waitUntil: "load" });
    tally.check(`${what} status`, answer.status() === page.status ? [] : [`${answer.status()}`]);
    tally.check(`${what} policy`, answer.headers()["content-security-policy"] ? [] : ["none"]);
    if (scheme === "light") await valid(what, await answer.text());

    const device = await context.newCDPSession(tab);
    for (const size of SIZES) {
      await device.send("Page.setFontSizes", {
        fontSizes: { standard: size.standard, fixed: size.fixed },
      });
      for (const width of WIDTHS) {
        await tab.setViewportSize({ width, height: width > 700 ? 900 : 844 });
        if (wanted(scheme, size.name, width)) {
          const file = `${page.name}.${page.lang}.${width}.${size.name}.${scheme}.png`;
          await writeFile(new URL(file, NOW), await tab.screenshot({ fullPage: true }));
        }
        const faults = await tab.evaluate(measure, { enlarged: size.name !== "100" });
        tally.check(`${what} ${width} px, text ${size.name} %`, faults);
      }
    }
    await device.send("Page.setFontSizes", { fontSizes: { standard: 16, fixed: 13 } });
    await folded(tab);
    await first(tab, what);
    await accessible(tab, what);
    await worstContrast(tab, page, what, lowest);
    if (scheme === "light") await printed(tab, what);
    // Chromium itself notes in the console that a page came with 4xx; that is no fault of a page.
    const said = noise.filter((line) => !line.startsWith("Failed to load resource"));
    tally.check(`${what} console`, said);
    tally.check(`${what} requests`, requests.length === 1 ? [] : requests);
  } catch (error) {
    tally.check(what, [String(error).split("\n")[0]]);
  } finally {
    await context.close();
  }
}

/** A screenshot of each width as most see it, of the dark, and of the narrowest with large text. */
function wanted(scheme, size, width) {
  if (scheme === "dark") return size === "100" && width === 390;
  return size === "100" || width === 320;
}

async function folded(tab) {
  await tab.evaluate(() => {
    for (const details of document.querySelectorAll("details.rest, section details")) {
      details.open = false;
    }
  });
}

/** The answer is on the first screen: of a small phone, and of a phone held sideways. */
async function first(tab, what) {
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
