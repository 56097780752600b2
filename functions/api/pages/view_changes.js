// What a fund bought and sold between two dates, what its lines returned, and its figures over time: parts of `/etf/{symbol}`.

import { address, path } from "./api.js";
import { chart, rangeBars } from "./charts.js";
import { h } from "./dom.js";
import { counted, isBounds, write } from "./format.js";
import { badge, change, figure, notice, unknown } from "./notices.js";
import { DataTable, plainTable } from "./table.js";
import { flaws, meaning, plain, reason } from "./words.js";

const SHOWN = 40;
const KINDS = [
  ["added", "Added"],
  ["removed", "Removed"],
  ["increased", "Bought more"],
  ["decreased", "Sold some"],
  ["entered_the_list", "Entered the list"],
  ["left_the_list", "Left the list"],
  ["undetermined", "Cannot be told"],
];

function links(symbol, kind, query) {
  const route = kind === "history" ? path`api/etfs/${symbol}/history` : kind === "changes" ? path`api/etfs/${symbol}/changes` : path`api/etfs/${symbol}/attribution`;
  return [{ url: address(route, query), csv: address(route, { ...query, format: "csv" }), name: `${symbol}-${kind}` }];
}

/** The sections about time of a fund; `asOf` is the date that is shown, null for the newest. */
export function overTime(page, symbol, asOf = null) {
  const query = { to: asOf };
  return [
    page.section("What changed since the date before", () => changes(page, symbol, query), { links: links(symbol, "changes", query), id: "changes" }),
    page.section("What drove the return", () => attribution(page, symbol, query), { links: links(symbol, "attribution", query), id: "attribution" }),
    page.section("Over time", () => history(page, symbol), { links: links(symbol, "history", {}), id: "history" }),
  ];
}

function doubtful(data) {
  const wrong = flaws(data.flaws);
  return [
    data.note ? notice("warn", h("p", {}, data.note)) : null,
    data.complete ? null : notice("warn", h("p", {}, badge("warn", "partial"), " A list is partial: a line that entered or left the list may have been held before, or still be held.")),
    wrong.length ? notice("bad", h("p", {}, "Some figures may be wrong:"), h("ul", {}, wrong.map(([where, words]) => h("li", {}, `${where}: ${words}`)))) : null,
  ];
}

function facts(rows) {
  return h("dl", { class: "facts" }, rows.map(([term, value]) => h("div", {}, h("dt", {}, term), h("dd", {}, value))));
}

// ------------------------------------------------------------------ changes

async function changes(page, symbol, query) {
  const { data } = await page.get(address(path`api/etfs/${symbol}/changes`, query));
  const feed = h("p", {}, h("a", { href: address(path`api/etfs/${symbol}/changes.atom`), "data-save": `${symbol}-changes.atom`, type: "application/atom+xml" }, "Follow these changes in a feed reader (Atom)"));
  if (data.from === data.to) return [doubtful(data), h("p", { class: "empty" }, `Only the holdings of ${data.to} are stored, so there is nothing to compare yet.`), feed];
  const count = (kind) => (data[kind] === null ? unknown(reason(data.reasons, kind)) : write.count(data[kind].length));
  const rows = KINDS.flatMap(([kind, label]) => (data[kind] ?? []).map((row) => ({ kind: label, ...row })));
  return [
    h("p", {}, `From ${data.from} to ${data.to}.`),
    doubtful(data),
    facts([
      ["Turnover, %", figure(data.turnover_pct, write.percent, data.reasons, "turnover_pct")],
      ["Flow, factor of shares", data.flow.factor === null ? unknown(data.flow.reason ? meaning("Reason", data.flow.reason) : null) : write.rate(data.flow.factor)],
      ["Baskets found", write.count(data.flow.baskets.length)],
      ...KINDS.map(([kind, label]) => [label, count(kind)]),
      ["Unchanged", write.count(data.unchanged_count)],
    ]),
    data.splits.length ? notice("good", h("p", {}, `Splits: ${data.splits.map((split) => `${split.symbol ?? split.name} ${split.ratio}`).join(", ")}.`)) : null,
    rows.length ? table(rows) : h("p", { class: "empty" }, "No line was bought, sold, added or removed, as far as can be told."),
    feed,
  ];
}

function table(rows) {
  const shown = (key, writer) => (row) => figure(row[key], writer, row.reasons ?? {}, key);
  const signed = (key, writer) => (row) => (row[key] === null ? unknown(reason(row.reasons, key)) : change(row[key], writer));
  const number = (key, label, unit, node) => ({ key, label, unit, number: true, width: "8em", value: (row) => row[key], node });
  return new DataTable({
    caption: "Lines that changed; drift is by price alone, trade is the rest of the change of weight; both in per cent points",
    rows,
    searched: (row) => `${row.symbol ?? ""} ${row.name ?? ""} ${row.kind}`,
    columns: [
      { key: "symbol", label: "Symbol", header: true, width: "7em", value: (row) => row.symbol, node: (row) => (row.symbol ? h("a", { href: address(path`security/${row.symbol}`) }, row.symbol) : unknown("no symbol")) },
      { key: "name", label: "Name", width: "14em", value: (row) => row.name, node: (row) => (row.name ? h("span", {}, row.name) : unknown("without a name")) },
      { key: "kind", label: "What", width: "9em", value: (row) => row.kind, text: (row) => row.kind },
      number("weight_from_pct", "Weight before", "%", shown("weight_from_pct", write.percent)),
      number("weight_to_pct", "Weight after", "%", shown("weight_to_pct", write.percent)),
      number("drift_pct", "Drift", "% points", signed("drift_pct", write.percent)),
      number("trade_pct", "Trade", "% points", signed("trade_pct", write.percent)),
      { ...number("traded_shares", "Traded", "shares", signed("traded_shares", write.shares)), width: "13em" },
      { ...number("traded_usd", "Traded", "USD", signed("traded_usd", write.count)), width: "13em" },
    ],
  }).element;
}

// ------------------------------------------------------------------ attribution

async function attribution(page, symbol, query) {
  const { data } = await page.get(address(path`api/etfs/${symbol}/attribution`, query));
  if (data.from === data.to) return [doubtful(data), h("p", { class: "empty" }, "A return needs two dates, and only one is stored yet.")];
  const show = (key) => (data[key] === null ? unknown(reason(data.reasons, key)) : change(data[key], write.percent));
  const largest = [...data.securities].sort((a, b) => Math.abs(b.contribution_pct) - Math.abs(a.contribution_pct)).slice(0, SHOWN);
  const part = (label, rows, name) =>
    plainTable({
      caption: label,
      rows,
      columns: [
        { label: "Name", header: true, node: (row) => h("span", {}, name(row)) },
        { label: "Weight before", unit: "%", number: true, node: (row) => figure(row.weight_from_pct, write.percent) },
        { label: "Return", unit: "%", number: true, node: (row) => change(row.return_pct, write.percent) },
        { label: "Contribution", unit: "% points", number: true, node: (row) => change(row.contribution_pct, write.percent) },
      ],
      empty: "There is no line whose return is known.",
    });
  return [
    h("p", {}, `From ${data.from} to ${data.to}. `, h("span", { class: "muted" }, `${data.notes.returns[0].toUpperCase()}${data.notes.returns.slice(1)}.`)),
    doubtful(data),
    facts([
      ["Covered weight, %", figure(data.covered_pct, write.percent, data.reasons, "covered_pct")],
      ["Return of the lines, % points", show("return_pct")],
      ["Return by the quotes, %", show("quote_return_pct")],
      ["Residual, % points", show("residual_pct")],
    ]),
    h("div", { class: "columns" }, part("By sector", data.sectors, (row) => row.sector), part("By asset class", data.asset_classes, (row) => plain(row.asset_class))),
    part(largest.length < data.securities.length ? `The ${SHOWN} securities that moved it most, of ${write.count(data.securities.length)}` : "By security", largest, (row) => [row.symbol, row.name].filter(Boolean).join(", ") || "without a name"),
    data.not_covered.length ? h("p", { class: "muted" }, `${counted(data.not_covered.length, "line has", "lines have")} no known return, and none is made up.`) : null,
  ];
}

// ------------------------------------------------------------------ history

async function history(page, symbol) {
  const { data } = await page.get(address(path`api/etfs/${symbol}/history`));
  if (!data.length) return h("p", { class: "empty" }, "No date is stored yet.");
  const recent = data.slice(0, SHOWN);
  const of = (key, writer) => (row) => figure(row[key], writer, row.reasons, key);
  const link = (row) => h("a", { href: address(path`etf/${symbol}`, { as_of: row.holdings_as_of }) }, row.holdings_as_of);
  const table = plainTable({
    caption: `Stored holdings dates, newest first${recent.length < data.length ? `: ${SHOWN} of ${write.count(data.length)}` : ""}`,
    rows: recent,
    columns: [
      { label: "Holdings of", header: true, node: (row) => [link(row), row.complete ? null : [" ", badge("warn", "partial")]] },
      { label: "Lines", number: true, node: of("rows", write.count) },
      { label: "Top 10", unit: "%", number: true, node: of("top_10_pct", write.percent) },
      { label: "HHI", unit: "points", number: true, node: of("hhi_points", write.count) },
      { label: "Largest", node: (row) => (row.largest ? h("span", {}, `${row.largest.symbol ?? row.largest.name}`) : unknown(reason(row.reasons, "largest"))) },
      { label: "Added", number: true, node: of("added_count", write.count) },
      { label: "Removed", number: true, node: of("removed_count", write.count) },
    ],
  });
  return [line(recent, "top_10_pct", "Top 10 over time, per cent", write.percent, "%"), line(recent, "hhi_points", "HHI over time, points", write.count, "points"), sectors(recent), table];
}

/** A bar for each date, since dates can be far apart and figures can be ranges. */
function line(rows, key, title, writer, unit) {
  const known = rows.filter((row) => row[key] !== null && row[key] !== undefined);
  if (known.length < 2) return null;
  return chart({
    title,
    summary: `${counted(known.length, "date", "dates")}, newest first${known.some((row) => isBounds(row[key])) ? "; a hatched part is a range" : ""}.`,
    name: key,
    height: 24 * known.length + 40,
    option: rangeBars({ items: known.map((row) => ({ name: row.holdings_as_of, value: row[key] })), writer, unit }),
    table: plainTable({
      caption: title,
      rows: known,
      columns: [
        { label: "Holdings of", header: true, text: (row) => row.holdings_as_of },
        { label: title, number: true, node: (row) => figure(row[key], writer) },
      ],
    }),
  });
}

function sectors(rows) {
  const dated = rows.filter((row) => row.sectors).slice(0, 8);
  const names = [...new Set(dated.flatMap((row) => row.sectors.map((each) => each.sector)))];
  if (!names.length) return null;
  return plainTable({
    caption: "Sectors over time, per cent; the newest dates",
    rows: names,
    columns: [
      { label: "Sector", header: true, text: (name) => name },
      ...dated.map((row) => ({
        label: row.holdings_as_of,
        unit: "%",
        number: true,
        node: (name) => {
          const found = row.sectors.find((each) => each.sector === name);
          return found ? figure(found.weight_pct, write.percent) : unknown("not listed");
        },
      })),
    ],
  });
}
