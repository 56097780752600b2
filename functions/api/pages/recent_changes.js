// What the funds bought and sold lately, one line for each fund and holdings date.

import { address, path } from "./api.js";
import { h } from "./dom.js";
import { write } from "./format.js";
import { dash } from "./fund_notes.js";
import { badge, figure, notice } from "./notices.js";
import { plainTable } from "./table.js";
import { reason } from "./words.js";

const SHOWN = 20;

/** The section; `funds` is a promise of the symbols that have data. */
export function recentChanges(page, funds) {
  const url = address("api/changes", { limit: SHOWN });
  const fill = async () => {
    if (!(await funds).length) return h("p", { class: "empty" }, "There is no fund yet.");
    return changes((await page.get(url)).data);
  };
  return page.section("What they bought and sold lately", fill, {
    links: [{ url: address("api/changes"), csv: address("api/changes", { format: "csv" }), atom: address("api/changes.atom"), name: "changes" }],
    id: "recent",
  });
}

function changes(data) {
  const damaged = data.unreadable_dates?.length ? notice("bad", h("p", {}, `The changes of ${data.unreadable_dates.join(", ")} cannot be read and are missing here.`)) : null;
  const count = (key) => (row) => (row[key] === null ? dash(reason(row.reasons, key)) : write.count(row[key]));
  const table = plainTable({
    caption: `Holdings dates since ${data.since}, newest first${data.next_offset === null ? "" : `: the first ${SHOWN}; the JSON has all`}`,
    rows: data.changes,
    empty: "Nothing to compare yet: a fund has changes from its second holdings date on.",
    columns: [
      { label: "Fund", header: true, node: (row) => h("a", { href: address(path`etf/${row.symbol}`, { from: row.from, to: row.to }) }, row.symbol) },
      { label: "Holdings of", node: (row) => [h("span", { class: "day" }, row.to), row.complete ? null : [" ", badge("warn", "partial")]] },
      { label: "Compared with", node: (row) => h("span", { class: "day" }, row.from) },
      { label: "Added", number: true, node: count("added_count") },
      { label: "Removed", number: true, node: count("removed_count") },
      { label: "Turnover", unit: "%", number: true, node: (row) => (row.turnover_pct === null ? dash(reason(row.reasons, "turnover_pct")) : figure(row.turnover_pct, write.percent)) },
      { label: "In words", text: inWords },
    ],
  });
  return [damaged, h("div", { class: "wide sentences" }, table)];
}

/** The title of a row without what stands in its other cells, and why figures of the row are not known. */
function inWords(row) {
  const missing = ["added_count", "removed_count", "turnover_pct"].filter((key) => row[key] === null);
  const reasons = [...new Set(missing.map((key) => reason(row.reasons, key)).filter(Boolean))];
  return [row.title.replace(`${row.symbol} on ${row.to}: `, ""), ...reasons].join("; ");
}
