// Screenshots of this run beside the last run's. A report, not a check: a page may change on
// purpose, and whoever changed it looks at what this lists.

import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import pixelmatch from "pixelmatch";
import { PNG } from "pngjs";

const HOME = new URL("../../artefacts/browser/", import.meta.url);
/** Of how many that differ it is said by how much: that takes longer than taking them. */
const TOLD = 12;
export const NOW = new URL("now/", HOME);
const LAST = new URL("last/", HOME);

/** Makes room for this run's; what was there becomes the last run's. */
export async function turnOver() {
  await mkdir(HOME, { recursive: true });
  if ((await readdir(NOW).catch(() => [])).length > 0) {
    await rm(LAST, { recursive: true, force: true });
    await rename(NOW, LAST);
  }
  await mkdir(NOW, { recursive: true });
}

/** Prints what differs. */
export async function compare() {
  const before = new Set(await readdir(LAST).catch(() => []));
  const now = await readdir(NOW);
  if (before.size === 0) {
    console.log(`\n${now.length} screenshots in artefacts/browser/now; there is no last run`);
    return;
  }
  const changed = [];
  for (const name of now) {
    if (!before.delete(name)) {
      changed.push(`${name}: new`);
      continue;
    }
    const [a, b] = await Promise.all([readFile(new URL(name, LAST)), readFile(new URL(name, NOW))]);
    if (a.equals(b)) continue;
    if (changed.length >= TOLD) {
      changed.push(name);
      continue;
    }
    const [was, is] = [PNG.sync.read(a), PNG.sync.read(b)];
    if (was.width !== is.width || was.height !== is.height) {
      changed.push(`${name}: ${was.width}×${was.height} is now ${is.width}×${is.height}`);
      continue;
    }
    const pixels = pixelmatch(was.data, is.data, undefined, is.width, is.height);
    if (pixels > 0) changed.push(`${name}: ${pixels} pixels`);
  }
  changed.push(...[...before].map((name) => `${name}: gone`));
  console.log(`\n${now.length} screenshots, ${changed.length} unlike the last run's`);
  for (const line of changed.slice(0, TOLD)) console.log(`     ${line}`);
}
