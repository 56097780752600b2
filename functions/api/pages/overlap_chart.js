// What funds have in common, each pair of them, as a heat map.

import { chart, heatLegend, heatMap } from "./charts.js";
import { counted, write } from "./format.js";
import { figure } from "./notices.js";
import { plainTable } from "./table.js";

/** The heat map of an answer of /api/overlap, with its table. */
export function overlapHeat(data) {
  const at = new Map(data.symbols.map((symbol, index) => [symbol, index]));
  const cells = data.pairs.flatMap(({ a, b, overlap_pct: value }) => [[at.get(b), at.get(a), value], [at.get(a), at.get(b), value]]);
  const size = data.symbols.length;
  return chart({
    title: "Overlap of each pair of funds, per cent of weight",
    summary: `${counted(data.pairs.length, "pair", "pairs")} of ${data.symbols.join(", ")}.`,
    name: "overlap",
    height: Math.max(180, 44 * size + 40),
    minWidth: 44 * size + 60,
    legend: heatLegend("0", "100", "%"),
    option: heatMap({ columns: data.symbols, rows: data.symbols, cells, most: 100, writer: write.percent, unit: "%" }),
    table: plainTable({
      caption: "Overlap by weight of each pair, per cent",
      rows: data.pairs,
      columns: [
        { key: "a", label: "Fund", header: true, text: (pair) => pair.a },
        { key: "b", label: "with", text: (pair) => pair.b },
        { key: "overlap", label: "Overlap", unit: "%", number: true, node: (pair) => figure(pair.overlap_pct, write.percent, pair.reasons, "overlap_pct") },
      ],
    }),
  });
}
