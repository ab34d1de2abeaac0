// What a page weighs on the wire, headers included, with br: counted from the socket, since
// everything above it unpacks first.

import { connect } from "node:net";

/** Ten packets of a fresh connection hold this much; a page beyond it costs a second round. */
const MOST = 14_000;
/** What is aimed at. */
export const AIM = 6_000;

/** Bytes of the answer. The golden files are weighed where the door sends them. */
export async function weigh(demo, page) {
  const { hostname, port } = new URL(demo);
  const socket = connect(Number(port), hostname);
  socket.setTimeout(10_000, () => socket.destroy(new Error("no answer in 10 s")));
  const method = page.method ?? "GET";
  socket.write(
    `${method} ${page.path} HTTP/1.1\r\nhost: ${hostname}:${port}\r\naccept: text/html\r\n` +
      `accept-encoding: gzip, br\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`,
  );
  const pieces = [];
  for await (const piece of socket) pieces.push(piece);
  const whole = Buffer.concat(pieces);
  const headers = whole.indexOf("\r\n\r\n") + 4;
  const squeezed = /content-encoding: br/i.test(whole.subarray(0, headers).toString("latin1"));
  return { headers, body: whole.length - headers, total: whole.length, squeezed };
}

/** Weighs all and prints the table. */
export async function weighAll(demo, pages, tally) {
  console.log("\nbytes on the wire      headers   body  total");
  for (const page of pages.filter((page) => !page.golden)) {
    const { headers, body, total, squeezed } = await weigh(demo, page);
    const note = total > AIM ? `  above ${AIM}${squeezed ? "" : ", sent as it is"}` : "";
    console.log(
      `${`${page.name}.${page.lang}`.padEnd(22)} ${String(headers).padStart(7)}${String(body).padStart(7)}${String(total).padStart(7)}${note}`,
    );
    tally.check(`weight of ${page.name}.${page.lang}`, total > MOST ? [`${total} > ${MOST}`] : []);
  }
}
