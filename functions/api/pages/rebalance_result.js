// The answer to `/rebalance`: trades, what they change, what limits them, and what they rest on.

import { address, path, save } from "./api.js";
import { pairedBars } from "./charts_pairs.js";
import { copied } from "./clipboard.js";
import { h } from "./dom.js";
import { changeWriter, counted, high, isBounds, low, write } from "./format.js";
import { dated } from "./filed.js";
import { facts } from "./fund_notes.js";
import { badge, figure, freshness, notice, sentence, unknown } from "./notices.js";
import { isSample } from "./sample.js";
import { plainTable } from "./table.js";
import { lists, notes } from "./view_choose.js";
import { meaning, reason } from "./words.js";
import { capName } from "./rebalance_caps.js";

const POINTS = changeWriter(write.percent);
/** The columns of the trades as a file: the API's own names. */
const COLUMNS = ["side", "symbol", "shares", "amount_usd", "price_usd", "price_as_of"];
const DRAWN = 12;

/** The parts of the answer; `status` is that of /api/status. */
export function rebalanced(answer, status) {
  const { data } = answer;
  const flags = () => [answer.stale === false ? null : [" ", freshness(answer.stale)], data.complete ? null : [" ", badge("warn", "partial")]];
  return [
    part("Trades", verdict(data), notTraded(data), figures(data), trades(data)),
    part("What limits them", limits(data)),
    part(["Before and after", flags()], sides(data)),
    part("What they rest on", answer.stale && answer.staleReason ? notice("warn", h("p", {}, `Stale: ${answer.staleReason}.`)) : null, notes(data), lists(data.holdings_as_of, status, data.lag_days), data.notes.map((words) => h("p", { class: "muted" }, sentence(words)))),
  ];
}

function part(heading, ...children) {
  const [words, ...qualified] = [heading].flat(1);
  return h("section", {}, h("div", { class: "head" }, h("div", {}, h("h2", { class: "beside" }, words), qualified)), ...children.flat(Infinity).filter(Boolean));
}

// ------------------------------------------------------------------ the trades

function verdict({ feasible, excess, target_distance_pct: distance, trades: found }) {
  if (feasible) return notice("good", h("p", {}, found.length ? "These trades meet all targets and caps." : "Nothing needs to be traded: all targets and caps are met."));
  const exceeded = Object.entries(excess).sort(([, a], [, b]) => b - a);
  return notice(
    "bad",
    h("p", {}, "Not everything can be met with what may be bought and sold. These trades come nearest."),
    exceeded.length ? h("ul", {}, exceeded.map(([name, most]) => h("li", {}, `Cap on ${capName(name)}: exceeded by ${write.points(most)} percentage points.`))) : null,
    distance ? h("p", {}, `Targets: missed by ${write.points(distance)} % of the money.`) : null,
  );
}

function notTraded({ untradeable, stale_prices: old }) {
  if (!untradeable.length) return null;
  const since = new Map(old.map((row) => [row.symbol, row.price_as_of]));
  const when = (symbol) => (since.get(symbol) ? [", of ", since.get(symbol)] : null);
  return notice("warn", h("p", {}, "No trade in these; they stay as they are:"), h("ul", {}, untradeable.map((row) => h("li", {}, `${row.symbol}: ${meaning("UntradeableReason", row.reason)}`, when(row.symbol), "."))));
}

function figures(data) {
  return facts([
    ["Turnover, USD", figure(data.turnover_usd, write.percent)],
    ["Turnover, %", figure(data.turnover_pct, write.percent)],
    ["Cost, USD", figure(data.cost_usd, write.percent)],
    ["Cash left, USD", figure(data.cash_left_usd, write.percent)],
    ["Positions and cash, USD", figure(data.total_usd, write.percent)],
  ]);
}

function trades(data) {
  if (!data.trades.length) return null;
  const money = (key, label, unit, writer) => ({ label, unit, number: true, node: (row) => figure(row[key], writer, row.reasons, key) });
  const table = plainTable({
    caption: "The trades, sales first",
    rows: data.trades,
    columns: [
      { label: "Side", node: (row) => badge(row.side === "buy" ? "good" : "warn", row.side) },
      { label: "Symbol", header: true, node: (row) => h("a", { href: address(path`etf/${row.symbol}`) }, row.symbol) },
      money("shares", "Shares", null, write.shares),
      money("amount_usd", "Amount", "USD", write.percent),
      money("price_usd", "Price", "USD", write.usd),
      { label: "Price of", node: (row) => (row.price_as_of ? dated(row.price_as_of) : unknown(reason(row.reasons, "price_as_of"))) },
    ],
  });
  return [table, taking(data.trades)];
}

/** Buttons that take the trades along: as text with tabs for a spreadsheet, and as a file. */
function taking(rows) {
  const lines = [COLUMNS, ...rows.map((row) => COLUMNS.map((name) => String(row[name] ?? "")))];
  const tabbed = lines.map((cells) => cells.join("\t")).join("\n");
  // Where the clipboard is closed, the text stands here to be copied by hand.
  const area = h("textarea", { readonly: true, rows: String(Math.min(10, lines.length)), "aria-label": "The trades as text", hidden: true });
  const said = h("span", { role: "status" });
  const select = () => {
    area.value = tabbed;
    area.hidden = false;
    area.select();
  };
  const cell = (words) => (/[",\n]/.test(words) ? `"${words.replaceAll('"', '""')}"` : words);
  const file = () => new Blob([`\ufeff${lines.map((cells) => cells.map(cell).join(",")).join("\r\n")}\r\n`], { type: "text/csv" });
  return [
    h(
      "p",
      { class: "exports" },
      h("button", { type: "button", class: "quiet", onclick: () => copied(tabbed, said, select) }, "Copy the trades"),
      h("button", { type: "button", class: "quiet", onclick: () => save(file(), `${isSample() ? "SAMPLE-" : ""}trades.csv`) }, "Save the trades as CSV"),
      said,
    ),
    area,
  ];
}

// ------------------------------------------------------------------ what limits them

function limits({ binding, excess, decided_by_high_end: atTheEnd }) {
  if (!binding.length) return h("p", {}, "No cap binds.");
  const decided = new Set(atTheEnd);
  return [
    plainTable({
      caption: "Caps that bind: they leave no room",
      rows: binding,
      columns: [
        { label: "Cap on", header: true, text: (name) => capName(name) },
        { label: "Met", node: (name) => (name in excess ? badge("bad", "no") : badge("good", "yes")) },
        { label: "Exceeded by", unit: "points", number: true, text: (name) => (name in excess ? write.points(excess[name]) : "") },
        { label: "Decided by", text: (name) => (decided.has(name) ? "what unlisted or doubtful lines may add" : "what is listed") },
      ],
    }),
    decided.size ? h("p", { class: "muted" }, `${counted(decided.size, "cap is", "caps are")} decided by the high end: what is listed alone would leave room, and a cap counts as met only if it is met whatever the unlisted lines are.`) : null,
  ];
}

// ------------------------------------------------------------------ before and after

function sides(data) {
  const { before, after } = data;
  const cash = [data.cash_usd, data.cash_left_usd].map((usd) => (usd / data.total_usd) * 100);
  const held = both(before.positions, after.positions, (row) => row.symbol, 0);
  if (cash.some((share) => share > 0)) held.push({ key: "Cash", before: cash[0], after: cash[1] });
  return [
    h("div", { class: "columns" }, compared({ rows: held, heading: "Positions", of: "Position", name: "rebalance-positions" }), positions(after.positions, data.cash_left_usd)),
    h("div", { class: "columns" }, looked(data, "largest", "Largest securities", "Security"), looked(data, "sectors", "Sectors", "Sector")),
  ];
}

/** What is held after the trades. */
function positions(rows, cash) {
  const number = (key, label, unit, writer) => ({ label, unit, number: true, node: (row) => (row[key] === null ? "" : writer(row[key])) });
  return plainTable({
    caption: "What is held after the trades",
    rows: [...rows, ...(cash > 0 ? [{ symbol: "Cash", name: null, shares: null, value_usd: cash }] : [])],
    empty: "Nothing is held after the trades.",
    columns: [
      { label: "Position", header: true, node: (row) => [row.symbol, row.name ? h("span", { class: "muted" }, ` ${row.name}`) : null] },
      number("shares", "Shares", null, write.shares),
      number("value_usd", "Value", "USD", write.percent),
    ],
  });
}

/** The largest securities or the sectors, or why they are not known. */
function looked({ before, after }, key, heading, of) {
  if (!before[key] || !after[key]) return h("p", {}, `${heading}: `, unknown(reason(before.reasons, key) ?? reason(after.reasons, key)), ".");
  // A sector that one side does not name has nothing in it; a security may be there and not be among the largest.
  const rows = key === "sectors" ? both(before[key], after[key], (row) => row.sector, 0) : both(before[key], after[key], (row) => row.symbol ?? row.name ?? "without a name", null);
  return compared({ rows, heading, of, name: `rebalance-${key}` });
}

/** Rows of both sides by their key; `absent` is the weight where a side lacks one. */
function both(before, after, keyOf, absent) {
  const found = new Map();
  const put = (side) => (row) => {
    const key = keyOf(row);
    found.set(key, { key, before: absent, after: absent, ...found.get(key), [side]: row.weight_pct });
  };
  before.forEach(put("before"));
  after.forEach(put("after"));
  return [...found.values()];
}

function compared({ rows, heading, of, name }) {
  if (!rows.length) return h("p", { class: "empty" }, `${heading}: nothing is held.`);
  const title = `${heading} before and after, per cent of positions and cash`;
  const side = (key, label) => ({ label, unit: "%", number: true, node: (row) => (row[key] === null ? unknown("not among the largest") : figure(row[key], write.percent)) });
  const table = plainTable({
    caption: title,
    rows,
    columns: [
      { label: of, header: true, text: (row) => row.key },
      side("before", "Before"),
      side("after", "After"),
      { label: "Change", unit: "points", number: true, node: (row) => (changed(row) === null ? unknown("not known") : figure(changed(row), POINTS)) },
    ],
  });
  return pairedBars({ title, name, items: rows.slice(0, DRAWN).map((row) => ({ ...row, name: row.key })), table });
}

/** How much more it weighs: bounds where either weight is one, which need not both be at the same end. */
function changed({ before, after }) {
  if (before === null || after === null) return null;
  if (!isBounds(before) && !isBounds(after)) return after - before;
  return { low: low(after) - high(before), high: high(after) - low(before) };
}
