// The README's pictures: what a small phone shows, drawn twice as fine.

import { mkdir, stat } from "node:fs/promises";
import { openBrowser } from "./browser.mjs";
import { SHOTS } from "./pages.mjs";

const FOLDER = new URL("shots/", import.meta.url);

const demo = process.argv[2];
await mkdir(FOLDER, { recursive: true });
const browser = await openBrowser();
try {
  for (const { file, path, dark } of SHOTS) {
    const tab = await browser.newPage({
      viewport: { width: 390, height: 760 },
      deviceScaleFactor: 2,
      colorScheme: dark ? "dark" : "light",
    });
    await tab.goto(demo + path);
    const target = new URL(file, FOLDER);
    await tab.screenshot({ path: target.pathname });
    console.log(`${file} ${(await stat(target)).size} bytes`);
    await tab.close();
  }
} finally {
  await browser.close();
}
