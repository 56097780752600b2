// `/security/NVDA`: who holds it, how much, and since when as far as that can be told.

import { address, path } from "./api.js";
import { chart, rangeBars } from "./charts.js";
import { h } from "./dom.js";
import { counted, low, write } from "./format.js";
import { badge, figure, notice, unknown } from "./notices.js";
import { DataTable, plainTable } from "./table.js";
import { beside, flagged, statusOf } from "./view_choose.js";
import { flaws } from "./words.js";

const DRAWN = 25;

export function title({ symbol }) {
  return `${symbol}: who holds it`;
}

export function render(page) {
  const { symbol } = page.params;
  const by = page.query.get("by") === "issuer" ? "issuer" : null;
  const url = address(path`api/holders/${symbol}`, { by });
  const asked = page.get(url);
  asked.catch(() => {}); // the section says so
  const other = address(path`security/${symbol}`, { by: by ? null : "issuer" });
  return [
    h("h1", {}, symbol),
    h("p", {}, h("a", { href: other }, by ? "Only this security" : "All share classes of the company as one")),
    page.section("Who holds it", async () => holders(page, await asked, await statusOf(page)), { links: [{ url, csv: address(path`api/holders/${symbol}`, { by, format: "csv" }), name: `${symbol}-holders` }] }),
    page.section("Who may hold it", async () => mayHold((await asked).data, await statusOf(page))),
    page.section("Since when", async () => since(page, (await asked).data)),
  ];
}

function holders(page, { data }, status) {
  if (data.name) page.title(`${data.symbol}, ${data.name}: who holds it`);
  const wrong = flaws(data.flaws);
  return [
    data.name ? h("p", {}, h("strong", {}, data.name)) : null,
    data.note ? notice("warn", h("p", {}, data.note, ". "), data.holders.length ? null : h("p", {}, h("a", { href: address("", { q: data.symbol }) }, "Search for it among funds and securities"), ".")) : null,
    wrong.length ? notice("bad", h("p", {}, "Some figures may be wrong:"), h("ul", {}, wrong.map(([where, words]) => h("li", {}, `${where}: ${words}`)))) : null,
    data.lag_days ? notice("warn", h("p", {}, `The holdings dates are ${counted(data.lag_days, "day", "days")} apart: compare with care.`)) : null,
    data.holders.length ? [flagged([...new Set(data.holders.map((row) => row.etf))].slice(0, DRAWN), status), drawn(data), table(page, data, status)] : null,
    data.holders.length && data.assumptions.length ? h("p", { class: "muted" }, `Ranges assume: ${data.assumptions.join("; ")}.`) : null,
  ];
}

function fundLink(row) {
  return h("a", { href: address(path`etf/${row.etf}`) }, row.etf);
}

function drawn(data) {
  const rows = data.holders.slice(0, DRAWN);
  const known = rows.filter((row) => row.weight_pct !== null);
  if (!known.length) return null;
  return chart({
    title: `Weight of ${data.symbol} in each fund, per cent`,
    summary: `${counted(data.holders.length, "line", "lines")} of funds, ${rows.length < data.holders.length ? `the first ${rows.length} drawn, ` : ""}largest first.`,
    name: `${data.symbol}-holders`,
    height: Math.max(120, 28 * known.length + 40),
    option: rangeBars({ items: known.map((row) => ({ name: row.etf, value: row.weight_pct })), writer: write.percent, unit: "%" }),
    table: plainTable({
      caption: "The same weights, per cent of each fund",
      rows,
      columns: [
        { label: "Fund", header: true, text: (row) => row.etf },
        { label: "Weight", unit: "%", number: true, node: (row) => figure(row.weight_pct, write.percent, row.reasons, "weight_pct") },
      ],
    }),
  });
}

function table(page, data, status) {
  const { query } = page;
  return new DataTable({
    caption: "Funds that list it; weights in per cent of the fund",
    noun: ["line", "lines"],
    rows: data.holders,
    searched: (row) => `${row.etf} ${row.name ?? ""} ${row.symbols.join(" ")}`,
    state: { sort: query.get("sort"), filter: query.get("filter") },
    onState: ({ sort, filter }, isStep) => page.setQuery({ sort, filter }, { push: isStep }),
    columns: [
      { key: "etf", label: "Fund", header: true, value: (row) => row.etf, node: fundLink },
      { key: "name", label: "Listed as", value: (row) => row.name, node: (row) => (row.name ? h("span", {}, row.name) : unknown("without a name")) },
      {
        key: "weight_pct",
        label: "Weight",
        unit: "%",
        number: true,
        value: (row) => low(row.weight_pct),
        node: (row) => [figure(row.weight_pct, write.percent, row.reasons, "weight_pct"), row.weight_implied ? [" ", badge("warn", "implied by market value")] : null, beside(row.etf, status)],
      },
      { key: "shares", label: "Shares", number: true, value: (row) => row.shares, node: (row) => figure(row.shares, write.shares, row.reasons, "shares") },
      { key: "market_value_usd", label: "Market value", unit: "USD", number: true, value: (row) => row.market_value_usd, node: (row) => figure(row.market_value_usd, write.count, row.reasons, "market_value_usd") },
      { key: "holdings_as_of", label: "Holdings of", value: (row) => row.holdings_as_of, node: (row) => [row.holdings_as_of, beside(row.etf, status)] },
    ],
  }).element;
}

function mayHold(data, status) {
  if (!data.may_hold.length) return h("p", { class: "empty" }, "No other fund here has a list that could hide it.");
  return [
    h("p", {}, "The lists of these funds are partial and do not show it. It can be among their unlisted lines, up to this weight:"),
    plainTable({
      caption: "Funds that may hold it, per cent of the fund",
      rows: data.may_hold,
      columns: [
        { label: "Fund", header: true, node: fundLink },
        { label: "Weight", unit: "%", number: true, node: (row) => figure(row.at_most_pct === null ? null : { low: 0, high: row.at_most_pct }, write.percent, row.reasons, "at_most_pct") },
        { label: "Holdings of", node: (row) => [row.holdings_as_of, beside(row.etf, status)] },
      ],
    }),
  ];
}

// ------------------------------------------------------------------ since when

/** Each holder's stored dates are read when the reader asks: a question for each fund. */
function since(page, data) {
  const funds = [...new Set(data.holders.map((row) => row.etf))];
  if (!funds.length) return h("p", { class: "empty" }, "No fund here lists it, so there is nothing to date.");
  const answer = h("div", { "aria-live": "polite" });
  const ask = () => page.fill(answer, () => dated(page, funds.slice(0, DRAWN), data));
  return [
    h("p", {}, "A list says what a fund holds on its date, and not when it was bought. The funds' stored dates say how far back the lists reach; what a fund held before its first stored date cannot be told."),
    h("button", { type: "button", class: "quiet", onclick: ask }, funds.length > DRAWN ? `Look up the stored dates of the ${DRAWN} largest holders` : "Look up the stored dates"),
    answer,
  ];
}

async function dated(page, funds, data) {
  const rows = await Promise.all(
    funds.map(async (etf) => {
      const { data: entries } = await page.get(address(path`api/etfs/${etf}/history`));
      const days = entries.map((entry) => entry.holdings_as_of).sort();
      const lines = data.holders.filter((row) => row.etf === etf);
      const [first, listed] = [days[0] ?? null, lines[0].holdings_as_of];
      return { etf, first, count: days.length, listed, held: await heldOn(page, etf, first, listed, lines) };
    }),
  );
  return plainTable({
    caption: "Dates of each fund's lists",
    rows,
    columns: [
      { label: "Fund", header: true, node: fundLink },
      { label: "Lists it on", text: (row) => row.listed },
      { label: "First stored date", node: (row) => (row.first ? h("a", { href: address(path`etf/${row.etf}`, { as_of: row.first }) }, row.first) : unknown("no stored date")) },
      { label: "Stored dates", number: true, text: (row) => write.count(row.count) },
      { label: "Held on the first stored date", node: ({ held }) => (held.told ? h("span", {}, held.told) : unknown(held.why)) },
    ],
  });
}

/** Whether the fund held it on its first stored date: {told} or {why} it cannot be told. Never a guess from a doubtful match. */
async function heldOn(page, etf, first, listed, lines) {
  if (first === null || first >= listed) return { why: "only one date is stored" };
  if (lines.length > 1 || lines[0].symbols.length !== 1) return { why: "several lines go by this symbol" };
  const [symbol] = lines[0].symbols;
  const { data } = await page.get(address(path`api/etfs/${etf}/changes`, { from: first, to: listed }));
  if (!data.complete || data.added === null || data.doubts.length || Object.keys(data.flaws).length) return { why: "a list is partial or in doubt" };
  const isIt = (row) => row.symbol === symbol;
  if (data.added.some(isIt)) return { told: `no: added after ${first}` };
  const unclear = [...data.undetermined, ...(data.entered_the_list ?? [])].find(isIt);
  if (unclear && !(unclear.shares_from > 0)) return { why: "its change cannot be told" };
  return { told: "yes; when it was bought before is not known" };
}
