// How much more than the market a fund or a portfolio holds of what reference funds for value, growth and so on list.

import { address, path } from "./api.js";
import { signedBars } from "./charts_signed.js";
import { h } from "./dom.js";
import { changeWriter, isBounds, write } from "./format.js";
import { dash } from "./fund_notes.js";
import { badge, figure, sentence, unknown } from "./notices.js";
import { plainTable } from "./table.js";
import { notes } from "./view_choose.js";
import { plain, reason } from "./words.js";

const CHANGE = changeWriter(write.percent);
const LEGEND = "Solid: for certain. Hatched: what unlisted or doubtful lines may change.";

/** The section of a fund. */
export function factorsSection(page, { symbol, asOf }) {
  const route = path`api/etfs/${symbol}/factors`;
  const url = address(route, { as_of: asOf });
  const links = [{ url, csv: address(route, { as_of: asOf, format: "csv" }), name: `${symbol}-factors` }];
  return page.section("Factors", async () => factorsOf((await page.get(url)).data, { whose: symbol, name: `${symbol}-factors` }), { links, id: "factors", isLazy: true });
}

/**
 * Bars of the tilts with a table beside them. `data` is {market, factors, note, ...}, or null for the reason `why`; `whose` is
 * of what the figures are, and `head` heads its column.
 */
export function factorsOf(data, { whose, head = whose, name, why = null }) {
  if (!data) return h("p", { class: "empty" }, "Not known: ", unknown(why ?? "the API does not say why"), ".");
  const { market, factors } = data;
  if (!factors.length) return h("p", { class: "empty" }, sentence(reason(data.reasons, "factors") ?? "no factors are configured"));
  const drawn = factors.filter((row) => row.tilt_pct !== null).map((row) => ({ name: named(row.factor), value: row.tilt_pct, note: row.reference }));
  const title = `Tilt against ${market ?? "the market"}, percentage points`;
  const bars = drawn.length
    ? signedBars({
        title,
        of: "Factor",
        unit: "percentage points",
        name,
        items: drawn,
        legend: drawn.some(({ value }) => isBounds(value)) ? h("p", { class: "legend" }, LEGEND) : null,
      })
    : h("p", { class: "empty" }, "No tilt is known: the table says why.");
  return [
    h("p", {}, `A tilt is how much more of ${whose} than of ${market ?? "the market fund"} is in the securities that a reference fund lists.`),
    data.note ? h("p", { class: "muted" }, sentence(data.note)) : null,
    data.complete === false ? h("p", {}, badge("warn", "partial"), " A list is partial, so figures are ranges or not known.") : null,
    h("div", { class: "columns factors" }, bars, h("div", {}, table(data, head), missing(factors))),
    notes(data),
  ];
}

function table({ market, factors }, head) {
  const number = (key, label, unit, writer) => ({ label, unit, number: true, node: (row) => (row[key] === null ? dash(reason(row.reasons, key)) : figure(row[key], writer)) });
  return plainTable({
    caption: "Weight in the securities of each reference fund",
    rows: factors,
    columns: [
      { label: "Factor", header: true, text: (row) => named(row.factor) },
      { label: "Reference", node: (row) => [h("a", { href: address(path`etf/${row.reference}`) }, row.reference), row.reference_as_of ? [" ", h("span", { class: "day muted" }, row.reference_as_of)] : null] },
      number("in_reference_pct", head, "%", write.percent),
      number("market_in_reference_pct", market ?? "Market", "%", write.percent),
      number("tilt_pct", "Tilt", "points", CHANGE),
      number("overlap_pct", "Overlap", "%", write.percent),
    ],
  });
}

/** Why figures of a factor are not known, each reason once. */
function missing(factors) {
  const rows = factors.map((row) => ({ ...row, words: [...new Set(Object.keys(row.reasons).map((key) => reason(row.reasons, key)))] })).filter(({ words }) => words.length);
  return rows.length ? h("ul", { class: "muted" }, rows.map((row) => h("li", {}, `${named(row.factor)}: ${row.words.join("; ")}.`))) : null;
}

/** "Low volatility" of "low_volatility". */
function named(factor) {
  const words = plain(factor);
  return words[0].toUpperCase() + words.slice(1);
}
