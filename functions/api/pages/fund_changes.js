// What a fund bought and sold between two holdings dates, and what drove its return between them.

import { address, ApiError, path } from "./api.js";
import { signedBars } from "./charts_signed.js";
import { h } from "./dom.js";
import { exports } from "./exports.js";
import { counted, isBounds, signed, write } from "./format.js";
import { attributionOf } from "./fund_attribution.js";
import { dash, doubtful, facts, period, refusedDates } from "./fund_notes.js";
import { change, figure, freshness, notice, unknown } from "./notices.js";
import { DataTable, plainTable } from "./table.js";
import { meaning, reason } from "./words.js";

const DRAWN = 20;
/** The kinds of lines: what the API calls them, what they are called here, and what that means. */
const KINDS = [
  ["added", "Added", "bought; the fund did not hold them before"],
  ["removed", "Removed", "sold out; the fund holds none of them any more"],
  ["increased", "Bought more", "held before, and more were bought"],
  ["decreased", "Sold some", "held before, and some were sold"],
  ["entered_the_list", "Entered the list", "newly listed; a list is partial, so the fund may have held them before"],
  ["left_the_list", "Left the list", "no longer listed; a list is partial, so the fund may still hold them"],
  ["undetermined", "Cannot be told", "traded or not: see why at each line"],
];
const TRADES = new Set(["added", "removed", "increased", "decreased"]);

/**
 * The sections about two dates of a fund, which stand in the address as `from` and `to`. Without them they are the date
 * that is shown and the one before it. `dated` is a promise of the holdings dates.
 */
export function changesBetween(page, fund, dated) {
  const sections = [
    { name: "changes", heading: "What it bought and sold", read: changes },
    { name: "attribution", heading: "What drove the return", read: attributionOf },
  ].map((part) => ({ ...part, links: h("div", {}), place: h("div", {}) }));
  const choice = h("div", {});
  const show = () => {
    const query = asked(page, fund);
    for (const { name, read, links, place } of sections) {
      const route = path`api/etfs/${fund.symbol}/` + name;
      const atom = name === "changes" ? address(`${route}.atom`) : null;
      links.replaceChildren(exports([{ url: address(route, query), csv: address(route, { ...query, format: "csv" }), atom, name: `${fund.symbol}-${name}` }]));
      // Each question has an element of its own, so that a late answer cannot take the place of a later one.
      const body = h("div", { class: "body" });
      place.replaceChildren(body);
      page.fill(body, () => answered(page, address(route, query), fund, read));
    }
  };
  const choose = (changed) => {
    page.setQuery(changed, { push: true });
    show();
  };
  dated.then(({ data }) => choice.replaceChildren(choiceOf(page, fund, data, choose)), () => {});
  show();
  return sections.map(({ name, heading, links, place }, at) => h("section", { id: name }, h("div", { class: "head" }, h("h2", {}, heading), links), at === 0 ? choice : null, place));
}

function asked(page, { asOf }) {
  const [from, to] = [page.query.get("from"), page.query.get("to")];
  return { from, to: to ?? (from ? null : asOf) };
}

/** The answer of a part; dates that the API refuses are told with what to do, and the choice of dates stays. */
async function answered(page, url, fund, read) {
  try {
    const { data, stale } = await page.get(url);
    // Why it is stale stands at the top of the view.
    return [stale === false ? null : h("p", {}, freshness(stale)), read(data, fund)];
  } catch (error) {
    if (!(error instanceof ApiError) || ![400, 404].includes(error.status)) throw error;
    return refusedDates(page, error);
  }
}

/** Two lists of dates; the one before the date that is shown and that date itself are chosen at first. */
function choiceOf(page, { symbol, asOf }, rows, choose) {
  const days = rows.map((row) => row.holdings_as_of);
  if (days.length < 2) return h("div", {});
  const query = asked(page, { asOf });
  const to = query.to ?? days[0];
  const from = query.from ?? days[Math.min(days.indexOf(to) + 1, days.length - 1)];
  const select = (id, label, chosen) => {
    const known = days.includes(chosen) ? days : [chosen, ...days];
    return h("span", { class: "pair" }, h("label", { for: id }, label), h("select", { id }, known.map((day) => h("option", { value: day, selected: day === chosen }, day))));
  };
  const form = h("form", { class: "controls between", "aria-label": `Two holdings dates of ${symbol}` }, select("changes-from", "From", from), select("changes-to", "to", to), h("button", { class: "quiet" }, "Compare"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    choose({ from: form.querySelector("#changes-from").value, to: form.querySelector("#changes-to").value });
  });
  return form;
}

// ------------------------------------------------------------------ what was traded

/** The parts of an answer of /changes. */
export function changes(data, fund) {
  if (data.from === data.to) return [doubtful(data), h("p", { class: "empty" }, `Only the holdings of ${data.to} are compared with themselves, so there is nothing to compare yet.`)];
  const rows = KINDS.flatMap(([kind, label]) => (data[kind] ?? []).map((row) => ({ kind, label, ...row })));
  return [
    h("p", {}, period(data)),
    doubtful(data),
    facts([
      ["Turnover, %", figure(data.turnover_pct, write.percent, data.reasons, "turnover_pct")],
      ["Creations and redemptions", flow(data.flow)],
      ...KINDS.filter(([kind]) => TRADES.has(kind) || data[kind] === null || data[kind].length).map(([kind, label, means]) => [label, [h("span", { title: means }, data[kind] === null ? unknown(reason(data.reasons, kind)) : write.count(data[kind].length))]]),
      ["Not traded", write.count(data.unchanged_count)],
    ]),
    baskets(data.flow),
    events(data),
    trades(rows, fund),
    rows.length ? [meanings(data), table(rows)] : h("p", { class: "empty" }, "No line was bought, sold, added or removed, as far as can be told."),
  ];
}

/** The flow in words: by how much creations and redemptions of fund shares changed the shares of each line. */
function flow({ factor, reason: why, baskets: found }) {
  if (found.length > 1) return `${write.count(found.length)} baskets, each with a factor of its own: see below`;
  if (factor === null) return unknown(why ? meaning("Reason", why) : null);
  if (factor === 1) return "none found";
  return [change((factor - 1) * 100, write.rate), h("span", { class: "muted" }, ` % of shares in each line, ${factor > 1 ? "created" : "redeemed"}`)];
}

function baskets({ baskets: found }) {
  if (found.length < 2) return null;
  return plainTable({
    caption: "Baskets: lines whose shares creations and redemptions changed by one factor",
    rows: found,
    columns: [
      { label: "Shares changed by", unit: "%", header: true, number: true, node: (row) => change((row.factor - 1) * 100, write.rate) },
      { label: "Lines", number: true, text: (row) => write.count(row.lines) },
      { label: "Of the lines on both dates", unit: "%", number: true, text: (row) => write.percent(row.lines_pct) },
    ],
  });
}

function events({ splits, renamed }) {
  const words = [
    ...splits.map((row) => `${row.symbol ?? row.name ?? "A line"} was split: ${write.shares(row.ratio)} new for 1 old. Shares and prices before are restated.`),
    ...(renamed ?? []).map((row) => `${row.symbol_from} goes by ${row.symbol_to} now${row.name ? ` (${row.name})` : ""}.`),
  ];
  if (!words.length) return null;
  return notice("good", h("ul", {}, words.slice(0, 20).map((each) => h("li", {}, each)), words.length > 20 ? h("li", {}, `and ${write.count(words.length - 20)} more; the JSON has all.`) : null));
}

/** The largest trades as bars. */
function trades(rows, { symbol }) {
  const known = rows.filter((row) => TRADES.has(row.kind) && row.traded_usd !== null);
  if (!known.length) return null;
  const largest = [...known].sort((a, b) => Math.abs(b.traded_usd) - Math.abs(a.traded_usd)).slice(0, DRAWN);
  return signedBars({
    title: `Largest trades, USD million${largest.length < known.length ? `: ${DRAWN} of ${write.count(known.length)}` : ""}`,
    of: "Security",
    unit: "USD million",
    name: `${symbol}-trades`,
    items: largest.map((row) => ({ name: row.symbol ?? row.name ?? "without a name", value: row.traded_usd / 1e6, note: row.label })),
  });
}

/** What the kinds mean that need it, and why lines cannot be told, each reason once. */
function meanings(data) {
  const counts = new Map();
  for (const row of data.undetermined) {
    const why = reason(row.reasons, "traded_shares") ?? "the API does not say why";
    counts.set(why, (counts.get(why) ?? 0) + 1);
  }
  const words = KINDS.filter(([kind]) => kind.endsWith("_the_list") && data[kind]?.length).map(([, label, means]) => `${label}: ${means}.`);
  for (const [why, count] of counts) words.push(`${counted(count, "line", "lines")} cannot be told: ${why}.`);
  return words.length ? h("ul", { class: "muted" }, words.map((each) => h("li", {}, each))) : null;
}

function table(rows) {
  const shown = (key, writer, isSigned) => (row) => {
    if (row[key] === null || row[key] === undefined) return dash(reason(row.reasons, key));
    return isSigned ? change(row[key], writer) : figure(row[key], writer);
  };
  const number = (key, label, unit, writer, { width = "8rem", isSigned = false } = {}) => ({ key, label, unit, number: true, width, value: (row) => row[key] ?? null, node: shown(key, writer, isSigned) });
  return new DataTable({
    caption: "Lines that changed. Drift and trade add up to the change of the weight: drift is by price alone, trade by every change of the number of shares, flow included; both in percentage points",
    rows,
    searched: (row) => `${row.symbol ?? ""} ${row.name ?? ""} ${row.label}`,
    columns: [
      { key: "symbol", label: "Symbol", header: true, width: "7rem", value: (row) => row.symbol, node: (row) => (row.symbol ? h("a", { href: address(path`security/${row.symbol}`) }, row.symbol) : unknown("none")) },
      { key: "name", label: "Name", width: "15rem", value: (row) => row.name, node: (row) => (row.name ? h("span", { title: row.name }, row.name) : unknown("none")) },
      { key: "kind", label: "What", width: "9rem", value: (row) => row.label, text: (row) => row.label },
      number("weight_from_pct", "Weight before", "%", write.percent),
      number("weight_to_pct", "Weight after", "%", write.percent),
      number("drift_pct", "Drift", "points", write.points, { isSigned: true }),
      number("trade_pct", "Trade", "points", write.points, { isSigned: true }),
      number("traded_shares", "Traded", "shares", write.shares, { width: "10rem", isSigned: true }),
      number("traded_usd", "Traded", "USD", write.count, { width: "10rem", isSigned: true }),
      number("price_from_usd", "Price before", "USD", write.usd),
      number("price_to_usd", "Price after", "USD", write.usd),
      { key: "remarks", label: "Remarks", width: "30rem", value: remarks, node: (row) => h("span", { title: remarks(row) }, remarks(row)) },
    ],
  }).element;
}

/** What is odd about a line: why figures of it are null, each reason once, and what they rest on. */
function remarks(row) {
  // A line that is not held on a date has no price then: that goes without saying.
  const reasons = [...new Set(Object.values(row.reasons ?? {}))].filter((code) => code !== "not_held").map((code) => meaning("Reason", code));
  const range = row.traded_shares_range;
  if (isBounds(range)) reasons.push(`shares traded are between ${ranged(range)}, depending on the basket that the line was in`);
  if (row.price_assumed) reasons.push("a price is missing, and the drift takes it as unchanged");
  if (row.weight_implied) reasons.push("a weight is implied by the market value");
  if (row.split) reasons.push(`split ${write.shares(row.split)} for 1`);
  return reasons.join("; ");
}

function ranged({ low, high }) {
  return `${signed(low, write.shares)} and ${signed(high, write.shares)}`;
}
