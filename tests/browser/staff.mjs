// The officer's and the recycler's work in a real browser: sign in, open what a camera opens, see
// the page of the staff door, and what comes of the next scan. Started by `run`.

import { mkdir } from "node:fs/promises";
import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { openBrowser } from "./browser.mjs";
import { contrast, measure } from "./layout.mjs";
import { Tally } from "./tally.mjs";

const [demo, staff, tokens] = process.argv.slice(2);
const [police, recycler, app] = tokens.split(",");
const SHOTS = process.env.STAFF_SHOTS;
const AXE = await readFile(new URL("node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

const PLATE = "/lic/33010621822480";
const CANCELLED = "/lic/33010621822490";
const VEHICLE = "/vin/218622108311027";
const BATTERY = "/pwb/76392965TN21080500543B48V121513522";
const OTHER = "/pwb/76392965TN22010100002A48V12";
const RECYCLED = "/pwb/76392965TN22010100001A48V12";
const RECALLED = "/vin/218622203150042";
const STOLEN = "/vin/218622203150043";
/** Those of them that are kept. */
const PICTURES = ["sign-in", "police-ok", "police-alarm", "police-mismatch", "recycler-list"];
/** The demo's owner. It may stand on no public page and in no address. */
const WHOLE_NUMBER = "330106199001011238";

const tally = new Tally();
// However it ends, the last line says how it went.
process.on("SIGTERM", () => end("stopped before the end"));

// Where a camera's link comes from: a page of some other site. (Another port is another origin,
// another name another site.)
const elsewhere = createServer((request, answer) => {
  const to = new URL(request.url, "http://elsewhere").searchParams.get("to");
  const method = new URL(request.url, "http://elsewhere").searchParams.get("method");
  answer.writeHead(200, { "content-type": "text/html; charset=utf-8" });
  answer.end(
    method === "frame"
      ? `<!doctype html><title>x</title><iframe id="f" src="${to}"></iframe>`
      : method === "post"
        ? `<!doctype html><title>x</title><form id="go" method="post" action="${to}"><input name="purpose" value="theft"></form>`
        : `<!doctype html><title>x</title><a id="go" href="${to}">scan</a>`,
  );
});
await new Promise((done) => elsewhere.listen(0, "localhost", done));
const other = `http://localhost:${elsewhere.address().port}`;

const browser = await openBrowser();
try {
  await officer();
  await visitor();
  await collector();
} catch (error) {
  tally.check("the flow came to its end", [String(error)]);
} finally {
  await browser.close();
  elsewhere.closeAllConnections();
  elsewhere.close();
}
end();

function end(early) {
  if (early) tally.check(early, ["not all checks ran"]);
  console.log(`staff: ${tally.passed} checks passed, ${tally.failed} failed`);
  process.exit(tally.failed === 0 ? 0 : 1);
}

function is(what, got, want) {
  const same = want instanceof RegExp ? want.test(got) : got === want;
  tally.check(what, same ? [] : [`${JSON.stringify(String(got).slice(0, 200))} is not ${want}`]);
}

/** As a phone in somebody's hand. */
async function phone() {
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    deviceScaleFactor: 2,
    locale: "zh-CN",
  });
  context.setDefaultTimeout(20_000);
  const tab = await context.newPage();
  const loud = [];
  tab.on("console", (message) => {
    if (message.type() === "error" && !/status of 4\d\d/.test(message.text())) loud.push(message.text());
  });
  return { context, tab, loud };
}

/** Opens an address as a camera does: a navigation of the whole window that comes from outside. */
async function scan(tab, address) {
  await tab.goto(`${other}/?to=${encodeURIComponent(address)}`);
  await Promise.all([tab.waitForURL((url) => url.host !== new URL(other).host), tab.click("#go")]);
  await tab.waitForLoadState();
  return tab.locator("h1").innerText();
}

async function signIn(tab, token) {
  await tab.fill("#token", token);
  await Promise.all([tab.waitForNavigation(), tab.click("form.token button")]);
}

async function officer() {
  const { context, tab, loud } = await phone();

  // A stranger's scan is the public's page, on the public's host. (Not of a code that is scanned
  // again below: a browser may keep a public page for its thirty seconds.)
  is("before signing in a bike is the public's page", await scan(tab, demo + RECALLED), "这辆车在召回范围内");
  is("before signing in the window stays at the public door", new URL(tab.url()).origin, demo);

  await tab.goto(`${staff}/`);
  await look(tab, "sign-in");
  await signIn(tab, "not.a.token");
  is("a token that is none is refused", await tab.locator("h1").innerText(), "令牌无效");
  await signIn(tab, police);
  is("after signing in", await tab.locator("h1").innerText(), "扫码，或输入编码");
  is("the token stands in no address", tab.url().includes(police.slice(0, 20)), false);
  const cookies = await context.cookies();
  const own = cookies.find(({ name }) => name === "__Host-saoma");
  is("the session is kept from scripts", `${own?.httpOnly} ${own?.secure} ${own?.sameSite}`, "true true Lax");
  is("no script can read a cookie", await tab.evaluate(() => document.cookie), "");
  await look(tab, "staff-home");

  // The camera opens the public address, and the phone arrives at the staff door, signed in.
  is("a scan arrives signed in", await scan(tab, demo + PLATE), "号牌在册，没有警示");
  is("and at the staff door", new URL(tab.url()).origin + new URL(tab.url()).pathname, staff + PLATE);
  const text = await tab.locator("main").innerText();
  is("the officer sees whose it is", text, /张三丰/);
  is("the identity number is masked", text, /330106\*{8}1238/);
  is("the set is shown", text, /218622108311027[\s\S]*76392965TN21080500543B48V121513522/);
  await look(tab, "police-ok");

  // With a purpose it is shown whole, on a page that is not kept.
  await tab.selectOption("#purpose", "theft");
  await Promise.all([tab.waitForNavigation(), tab.click("form.ask button")]);
  is("with a purpose the number is whole", await tab.locator(".whole").innerText(), WHOLE_NUMBER);
  await look(tab, "police-revealed");
  await tab.goto(staff + PLATE);
  is("opened again it is masked again", (await tab.content()).includes(WHOLE_NUMBER), false);

  // The battery that belongs to it, then one that does not.
  await scan(tab, demo + BATTERY);
  is("the battery of this bike", await tab.locator(".banner h2").innerText(), "这块电池与刚扫的号牌登记一致");
  await scan(tab, demo + OTHER);
  is("another's battery", await tab.locator(".banner h2").innerText(), "这块电池不属于刚扫的号牌");
  await look(tab, "police-mismatch");
  await scan(tab, demo + VEHICLE);
  is("the frame of this bike", await tab.locator(".banner h2").innerText(), "这辆车与刚扫的号牌登记一致");

  is("a cancelled plate", await scan(tab, demo + CANCELLED), "这块号牌已注销");
  await look(tab, "police-alarm");
  is("a stolen bike", await scan(tab, demo + STOLEN), "这辆车已报失窃");
  await look(tab, "police-stolen");

  // Another site can neither post nor frame.
  await tab.goto(`${other}/?method=post&to=${encodeURIComponent(staff + PLATE)}`);
  const [answered] = await Promise.all([
    tab.waitForResponse((answer) => answer.url().startsWith(staff)),
    tab.waitForURL((url) => url.origin === staff),
    tab.evaluate(() => document.getElementById("go").submit()),
  ]);
  is("a form of another site is refused", [401, 403].includes(answered.status()), true);
  is("and reveals nothing", (await tab.content()).includes(WHOLE_NUMBER), false);
  await tab.goto(`${other}/?method=frame&to=${encodeURIComponent(staff + PLATE)}`);
  const framed = await tab.frames()[1]?.content().catch(() => "");
  is("a frame of another site stays empty", /号牌在册|张三丰/.test(framed ?? ""), false);

  // Signing out ends it, at both doors.
  await tab.goto(`${staff}/`);
  await Promise.all([tab.waitForNavigation(), tab.click("form[action^='/signout'] button")]);
  is("signed out", await tab.locator("h1").innerText(), "已退出登录");
  is("after signing out a plate is the public's page", await scan(tab, demo + PLATE), "编码已登记");
  is("and the staff door knows nobody", (await tab.goto(staff + PLATE)).status(), 401);
  is("going back shows nothing", (await tab.content()).includes("张三丰"), false);
  // Violations of a page's own policy are said in the console; a frame that was refused is meant.
  const policy = loud.filter((line) => !/frame/i.test(line));
  tab.removeAllListeners("console");
  tally.check("no page broke its own policy", policy);
  await context.close();
}

/** Somebody who was led here by a hint, whose session has ended. */
async function visitor() {
  const { context, tab } = await phone();
  const host = new URL(staff).hostname;
  await context.addCookies([
    { name: "saoma_staff", value: "1", domain: host, path: "/", secure: true, httpOnly: true, sameSite: "Lax" },
  ]);
  is("with a hint but no session the door asks", await scan(tab, demo + PLATE), "请先登录");
  await signIn(tab, police);
  is("and leads on to what was scanned", new URL(tab.url()).pathname, PLATE);
  await context.close();
}

async function collector() {
  const { context, tab } = await phone();
  await tab.goto(`${staff}/signin`);
  await signIn(tab, recycler);
  is("a good battery", await scan(tab, demo + BATTERY), "可以回收");
  await look(tab, "recycler-battery");
  is("one taken in before", await scan(tab, demo + RECYCLED), "不要回收");
  is("one with a copied label", await scan(tab, demo + OTHER), "可以回收，请留意");
  await scan(tab, demo + BATTERY);
  await tab.click("main a.button");
  is("three batteries are on the list", await tab.locator(".total").innerText(), "3 块");
  await look(tab, "recycler-list");
  const [saved] = await Promise.all([tab.waitForEvent("download"), tab.click("a[href*='sitting.csv']")]);
  const table = await readFile(await saved.path(), "utf8");
  is("the table has a line for each", table.trim().split("\r\n").length, 4);
  is("a recycler sees no owner", (await (await tab.goto(staff + PLATE)).text()).includes("张三丰"), false);
  await context.close();

  const second = await phone();
  await second.tab.goto(`${staff}/signin`);
  await signIn(second.tab, app);
  is("an application's page", (await second.tab.goto(staff + VEHICLE)).status(), 200);
  is("has no list", (await second.tab.goto(`${staff}/sitting`)).status(), 403);
  await second.context.close();
}

/** What holds for every page, and its picture. */
async function look(tab, name) {
  for (const width of [320, 390, 768]) {
    await tab.setViewportSize({ width, height: 844 });
    tally.check(`${name} at ${width}`, await tab.evaluate(measure, { root: 18 }));
  }
  await tab.setViewportSize({ width: 390, height: 844 });
  const worst = await tab.evaluate(contrast);
  if (worst !== null) {
    tally.check(`${name} contrast`, worst.lowest >= 7 ? [] : [`${worst.lowest} in <${worst.at}>`]);
  }
  await tab.evaluate(AXE);
  const { violations } = await tab.evaluate(() =>
    globalThis.axe.run(document, { resultTypes: ["violations"], rules: { "target-size": { enabled: true } } }),
  );
  tally.check(
    `${name} axe`,
    violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 80)).join(" | ")}`),
  );
  if (SHOTS && PICTURES.includes(name)) {
    await mkdir(SHOTS, { recursive: true });
    await tab.screenshot({ path: `${SHOTS}/${name}.png` });
  }
}
