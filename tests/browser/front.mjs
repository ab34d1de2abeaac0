// One origin in front of the demo and the golden files. It counts, for a page may ask for nothing
// but itself, and a browser does not tell a test all that it asks for (the site's icon, for one).

import { createServer, request } from "node:http";
import { readFile } from "node:fs/promises";

const GOLDENS = new URL("../../templates/tests/golden/", import.meta.url);

/** Opens the front; `demo` is the demo's origin. */
export async function openFront(demo) {
  const asked = [];
  const policy = (await fetch(demo, { headers: { accept: "text/html" } })).headers.get(
    "content-security-policy",
  );
  const server = createServer((from, to) => {
    asked.push(from.url);
    if (from.url.startsWith("/golden/")) {
      golden(from.url.slice("/golden/".length), policy, to);
    } else {
      forward(demo, from, to);
    }
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    policy,
    /** What was asked since the last call. */
    taken: () => asked.splice(0),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function golden(name, policy, to) {
  try {
    const body = await readFile(new URL(name.split("?")[0], GOLDENS));
    to.writeHead(200, {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": policy,
    });
    to.end(body);
  } catch {
    to.writeHead(404).end();
  }
}

function forward(demo, from, to) {
  const onward = request(
    new URL(from.url, demo),
    { method: from.method, headers: from.headers, timeout: 10_000 },
    (answer) => {
      to.writeHead(answer.statusCode, answer.rawHeaders);
      answer.pipe(to);
    },
  );
  onward.on("error", () => to.destroy());
  onward.on("timeout", () => onward.destroy());
  from.pipe(onward);
}
