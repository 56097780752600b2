// The two funds of a portfolio that hold most of the same, and what the portfolio is without either one.

import { address, path } from "./api.js";
import { h } from "./dom.js";
import { text, write } from "./format.js";
import { facts } from "./fund_notes.js";
import { figure, unknown } from "./notices.js";
import { plainTable } from "./table.js";
import { reason } from "./words.js";

/** The part of the answer; `data` is that of /api/portfolio. */
export function doubled({ doubling, reasons }) {
  if (!doubling) return h("p", { class: "empty" }, "No pair of funds: ", unknown(reason(reasons, "doubling") ?? "the API does not say why"), ".");
  const [one, other] = doubling.symbols;
  const number = (key, label, unit, writer) => ({ label, unit, number: true, node: (row) => figure(row[key], writer, row.reasons, key) });
  const largest = (row) => row.largest.map((each) => `${each.symbol ?? each.name ?? "without a name"} ${text(each.weight_pct, write.percent)}`).join(", ");
  return [
    h("p", {}, h("a", { href: address("overlap", { symbols: `${one},${other}` }) }, `${one} and ${other}`), " hold most of the same securities."),
    facts([
      ["Overlap of both, %", figure(doubling.overlap_pct, write.percent, doubling.reasons, "overlap_pct")],
      ["Held through both, % of the portfolio", figure(doubling.doubled_pct, write.percent, doubling.reasons, "doubled_pct")],
    ]),
    h(
      "div",
      { class: "wide" },
      plainTable({
        caption: "The portfolio without either one, the rest scaled up to 100 %",
        rows: doubling.without,
        columns: [
          { label: "Without", header: true, node: (row) => h("a", { href: address(path`etf/${row.symbol}`) }, row.symbol) },
          number("top_10_pct", "Top 10", "%", write.percent),
          number("hhi_points", "Herfindahl index", "points of 10,000", write.about),
          number("expense_ratio_pct", "Cost", "% a year", write.rate),
          { label: "Largest securities", unit: "%", text: largest },
        ],
      }),
    ),
  ];
}
