// What all figures of filings with the SEC (Form N-PORT) need: on which filing they rest, in words, and their names.

import { h } from "./dom.js";
import { counted, write } from "./format.js";
import { badge, figure, unknown } from "./notices.js";

export const LIMITED = "Solid: in the filing. Hatched: what may be in securities that the filing does not name.";
const regions = new Intl.DisplayNames("en", { type: "region" });
const currencies = new Intl.DisplayNames("en", { type: "currency" });
const NOT_TOLD = "not told";
/** What the API calls ranges of years to the maturity. */
const MATURITIES = { past_due: "past due", "0-1": "under 1 year", "20+": "20 years or more", unknown: NOT_TOLD };
export const LEVELS_MEAN = "Level 1: quoted prices; level 2: observed inputs, such as prices of similar securities; level 3: estimates. The higher, the harder to sell at the value that is given. Cash counts, derivatives do not.";

/** "Japan (JP)"; codes that are none stay as they were filed. */
export function countryName(code) {
  if (code === null || code === "unknown") return NOT_TOLD;
  return /^[A-Z]{2}$/.test(code) ? named(regions, code) : code;
}

/** "Japanese Yen (JPY)". */
export function currencyName(code) {
  if (code === null || code === "unknown") return NOT_TOLD;
  return /^[A-Z]{3}$/.test(code) ? named(currencies, code) : code;
}

function named(names, code) {
  const name = names.of(code);
  return name === code ? code : `${name} (${code})`;
}

/** "3 to 5 years". */
export function maturityName(years) {
  return MATURITIES[years] ?? `${years.replace("-", " to ")} years`;
}

/** The weight of a row: a number, or bounds where the filing leaves securities out. */
export function weightOf({ weight_pct: weight, weight_pct_low: least, weight_pct_high: most }) {
  return most === null || most === undefined || most === least ? weight : { low: least, high: most };
}

/** Whether nobody knows how much more than its weight a row can be. */
export function isLeast(row) {
  return row.weight_pct_high === null;
}

/** "the filing of 2026-06-30, filed on 2026-08-28, 144 days old", as nodes. */
export function filingWords({ report_date: day, filed, age_days: days }) {
  return ["the filing of ", dated(day), ", filed on ", filed ? dated(filed) : "a date that is not known", ", ", days === null ? "of an age that is not known" : `${counted(days, "day", "days")} old`];
}

/** A date or month, which stays on one line. */
export function dated(day) {
  return h("span", { class: "day" }, day);
}

/** Whether a filing names all securities, in words. */
export function namesAll(complete) {
  return complete ? badge("good", "complete") : badge("warn", "partial: some securities are not named");
}

/** What a filing is besides its date: taken by hand, of which fund nobody verified, the last one. */
export function remarksOn({ source, series, final, form }) {
  return [
    source === "file" ? badge("warn", "taken by hand") : null,
    series === "unverified" ? badge("warn", "unverified") : null,
    form?.endsWith("/A") ? badge("warn", "amended") : null,
    final ? badge("warn", "final: the fund files no more") : null,
  ].flatMap((each) => (each ? [" ", each] : []));
}

/** How old a filing is, to stand in a table. */
export function age(days) {
  return days === null || days === undefined ? unknown("not known") : figure(days, write.count);
}

/** What undisclosed securities mean for the figures; null where all are named. */
export function undisclosed({ complete, undisclosed_pct: most }) {
  if (complete) return null;
  if (most === null || most === undefined) return h("p", { class: "muted" }, "The filing does not say how much is in securities that it does not name, so each weight is the least that it can be.");
  return h("p", { class: "muted" }, `Up to ${write.percent(most, "ceil")} % of the fund is in securities that the filing does not name. They may be in any row, so weights are ranges.`);
}
