// Bars of weights that can be ranges, with their table behind them.

import { chart, rangeBars } from "./charts.js";
import { h } from "./dom.js";
import { isBounds, text, write } from "./format.js";
import { figure, unknown } from "./notices.js";
import { plainTable } from "./table.js";

/**
 * A chart with its table. `rows`: [{name, value, why, count, whyCount}], `value` a weight in per cent, bounds or null with
 * the reason `why`. `of` heads the names, `counted` the counts, if there are any; `legend` says what hatched means; only
 * the first `most` rows are drawn, and the table has all; `note` stands below.
 */
export function bars({ heading, rows, of, name, legend, counted = null, note = null, most = Infinity }) {
  const drawn = rows.filter((row) => row.value !== null).slice(0, most);
  const without = rows.filter((row) => row.value === null);
  const isCut = drawn.length + without.length < rows.length;
  const words = [
    isCut ? `The ${write.count(drawn.length)} largest of ${write.count(rows.length)}; the table has all.` : null,
    rows.some((row) => isBounds(row.value)) ? legend : null,
  ].filter(Boolean);
  const figures = chart({
    title: heading,
    summary: rows.map((row) => `${row.name} ${text(row.value, write.percent)}`).join(", "),
    name,
    height: 40 + 26 * Math.max(1, drawn.length),
    legend: words.length ? h("p", { class: "legend" }, words.join(" ")) : null,
    option: rangeBars({ items: drawn, writer: write.percent, unit: "%" }),
    table: plainTable({
      caption: heading,
      rows,
      columns: [
        { key: "name", label: of, header: true, text: (row) => row.name },
        { key: "weight", label: "Weight", unit: "%", number: true, node: (row) => (row.value === null ? unknown(row.why) : figure(row.value, write.percent)) },
        counted ? { key: "count", label: counted, number: true, node: (row) => (row.count === null ? unknown(row.whyCount) : figure(row.count, write.count)) } : null,
      ].filter(Boolean),
    }),
  });
  return h("div", {}, figures, without.map((row) => h("p", { class: "muted" }, `${row.name}: ${row.why ?? "not known"}.`)), note ? h("p", { class: "muted" }, note) : null);
}
