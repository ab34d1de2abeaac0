// Every public page there is: from the demo where it can show it, else from the golden files of
// the pages crate, which the demo has no reason to send.

const PLATE = "/lic/33010621822480";
const BATTERY = "/pwb/76392965TN21080500543B48V121513522";
const VEHICLE = "/vin/218622108311027";

/** What the demo answers. `status` is part of the check: a page may not come with another. */
const DEMO = [
  { name: "home", path: "/", status: 200 },
  { name: "privacy", path: "/privacy", status: 200 },
  { name: "match", path: "/match", status: 200 },
  { name: "match-filled", path: "/match?code=218622108311027", status: 200 },
  { name: "match-empty", path: "/match", status: 415, method: "POST" },
  { name: "found-vin", path: VEHICLE, status: 200 },
  { name: "found-pwb", path: BATTERY, status: 200 },
  { name: "found-lic", path: PLATE, status: 200 },
  { name: "recalled", path: "/vin/218622203150042", status: 200 },
  { name: "recycled", path: "/pwb/76392965TN22010100001A48V12", status: 200 },
  { name: "cancelled", path: "/lic/33010621822490", status: 200 },
  { name: "clone", path: "/pwb/76392965TN22010100002A48V12", status: 200 },
  { name: "not-registered-vin", path: "/vin/218622108311028", status: 404 },
  { name: "not-registered-pwb", path: "/pwb/76392965TN29999999999A48V12", status: 404 },
  { name: "not-registered-lic", path: "/lic/33010621822470", status: 404 },
  { name: "not-a-code-short", path: "/vin/21862210831102", status: 400 },
  { name: "not-a-code-letter", path: "/lic/330106A1822480", status: 400 },
  { name: "not-a-code-empty", path: "/find?code=", status: 400 },
  { name: "not-a-code-kind", path: "/find?code=123", status: 400 },
  { name: "no-such-page", path: "/such", status: 404 },
  { name: "method", path: VEHICLE, status: 405, method: "POST" },
];

/** What only an outage, a crowd or every warning at once brings. */
const GOLDEN = [
  "vin-public-stale",
  "pwb-public-stale",
  "lic-public-stale",
  "vin-public-alerts",
  "pwb-public-alerts",
  "lic-public-alerts",
  "vin-public-bare",
  "match-yes",
  "match-yes-bare",
  "match-yes-warned",
  "match-no",
  "match-refused",
  "bad-request",
  "not-acceptable",
  "too-many",
  "unavailable",
];

const TAGS = { zh: "zh-CN", en: "en" };

/** Both languages of each page, as `{name, lang, path, …}`; golden files have `golden` set. */
export function pages() {
  const all = [];
  for (const lang of Object.keys(TAGS)) {
    for (const page of DEMO) {
      const joined = page.path.includes("?") ? "&" : "?";
      all.push({ ...page, lang, tag: TAGS[lang], path: `${page.path}${joined}lang=${lang}` });
    }
    for (const name of GOLDEN) {
      const golden = `${name}.${TAGS[lang]}.html`;
      all.push({ name, lang, tag: TAGS[lang], golden, path: `/golden/${golden}`, status: 200 });
    }
  }
  return all;
}

/** The page that most scans see, and the one Lighthouse looks at. */
export const FOUND = `${VEHICLE}?lang=zh`;

/** The pictures of the README: small phones, drawn twice as fine. */
export const SHOTS = [
  { file: "found.png", path: `${VEHICLE}?lang=zh` },
  { file: "recalled.png", path: "/vin/218622203150042?lang=zh" },
  { file: "not-registered.png", path: "/vin/218622108311028?lang=zh" },
  { file: "battery-en.png", path: `${BATTERY}?lang=en` },
  { file: "plate-dark.png", path: `${PLATE}?lang=zh`, dark: true },
];

/** A set, as the person who has all three stickers in front of them types it. */
export const HELD = { file: "holder.png", codes: [VEHICLE, BATTERY, PLATE].map((path) => path.slice(1)) };
