// The README's pictures: what a small phone shows, drawn twice as fine.

import { mkdir, stat } from "node:fs/promises";
import { openBrowser } from "./browser.mjs";
import { HELD, SHOTS } from "./pages.mjs";

const FOLDER = new URL("shots/", import.meta.url);

const demo = process.argv[2];
await mkdir(FOLDER, { recursive: true });
const browser = await openBrowser();
try {
  for (const { file, path, dark } of SHOTS) {
    await shot(file, dark, (tab) => tab.goto(demo + path));
  }
  // What the holder of three stickers sees: as tall as it is, since what matters is all the way down.
  await shot(HELD.file, false, async (tab) => {
    await tab.goto(`${demo}/match?lang=zh`);
    const fields = tab.locator("input[name=code]");
    for (const [nth, code] of HELD.codes.entries()) {
      if (!(await fields.nth(nth).isVisible())) await tab.locator("summary").first().click();
      await fields.nth(nth).fill(code);
    }
    await Promise.all([tab.waitForNavigation(), tab.locator("main button").first().click()]);
  }, true);
} finally {
  await browser.close();
}

async function shot(file, dark, open, whole = false) {
  const tab = await browser.newPage({
    viewport: { width: 390, height: 760 },
    deviceScaleFactor: 2,
    colorScheme: dark ? "dark" : "light",
  });
  await open(tab);
  const target = new URL(file, FOLDER);
  await tab.screenshot({ path: target.pathname, fullPage: whole });
  console.log(`${file} ${(await stat(target)).size} bytes`);
  await tab.close();
}
