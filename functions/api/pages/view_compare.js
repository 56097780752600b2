// `/compare?symbols=VOO,QQQ`: funds side by side, one column each.

import { address, path } from "./api.js";
import { chart, heatLegend, heatMap, rangeBars } from "./charts.js";
import { h } from "./dom.js";
import { high, isBounds, low, text, write } from "./format.js";
import { badge, change, completeness, figure, freshness, unknown } from "./notices.js";
import { plainTable } from "./table.js";
import { beside, chooser, countedBy, flagged, lists, namedInTitle, notes, shared, shownOrAdvised, stepper, symbolsOf, tooFew, wayOf } from "./view_choose.js";
import { reason } from "./words.js";

const given = (query) => symbolsOf(query.get("symbols") ?? "");
const MILLION = 1_000_000;
const NAMES_WIDTH = 150;

export function title(_, query) {
  const symbols = given(query);
  return symbols.length ? `${namedInTitle(symbols)} side by side` : "Compare";
}

export function render(page) {
  const view = h("div", {});
  draw(page, view);
  return view;
}

function draw(page, view) {
  const symbols = given(page.query);
  const by = wayOf(page.query);
  const changed = stepper(page, view, { title, draw });
  const choose = (chosen) => changed({ symbols: chosen.join(",") });
  const heading = [h("h1", {}, "Compare funds"), chooser(page, symbols, choose)];
  if (symbols.length < 2) {
    view.replaceChildren(...heading, page.section("Choose funds", () => tooFew(page, symbols, "A comparison", choose)));
    return;
  }
  const query = { symbols: symbols.join(","), by };
  const url = address("api/compare", query);
  const ask = shared(() => page.get(url));
  view.replaceChildren(
    ...heading,
    countedBy(by, (value) => changed({ by: value })),
    h("p", {}, h("a", { href: address("overlap", query) }, "What these funds have in common")),
    page.section("Side by side", () => shownOrAdvised(page, symbols, ask, choose, compared), { links: [{ url, csv: address("api/compare", { ...query, format: "csv" }), name: "compare" }] }),
  );
}

function compared(data, status) {
  const doubts = data.funds.flatMap((fund) => fund.doubts ?? []);
  return [
    notes({ ...data, doubts }),
    figuresTable(data, status),
    flagged(data.symbols, status),
    sectors(data),
    h("div", { class: "columns" }, bars(data, "Ten largest holdings together, per cent", "%", (fund) => fund.top_10_pct, "top_10_pct", write.percent, "top-10"), bars(data, "Effective holdings", "holdings", (fund) => fund.concentration.effective_holdings, "concentration.effective_holdings", write.about, "effective-holdings")),
    lists(data.holdings_as_of, status, data.lag_days),
  ];
}

// ------------------------------------------------------------------ the table: a row for each figure

function figuresTable(data, status) {
  const shown = (get, writer, where) => (fund) => [figure(get(fund), writer, fund.reasons, where), beside(fund.symbol, status)];
  // An overdue refresh makes a price old; a partial list does not.
  const priced = (node) => (fund) => [node(fund), status[fund.symbol]?.stale === false ? null : [" ", freshness(status[fund.symbol]?.stale)]];
  const whole = (fund) => {
    const { rows: included, reported } = status[fund.symbol] ?? {};
    return completeness({ complete: fund.complete, included: included ?? null, reported: reported ?? null }) ?? badge("warn", "not known whether complete");
  };
  const rows = [
    ["Name", (fund) => fund.name ?? unknown(null)],
    ["Holdings of", priced((fund) => fund.holdings_as_of)],
    ["List", whole],
    ["Price, USD", priced((fund) => figure(fund.quote.last_price, write.usd, fund.reasons, "quote.last_price"))],
    ["Change, %", priced((fund) => change(fund.quote.change_pct, write.percent))],
    ["Quote of, New York time", (fund) => (fund.quote.as_of ? `${fund.quote.as_of}${fund.quote.session === "close" ? " (close)" : ""}` : unknown(null))],
    ["Spread, basis points", priced((fund) => figure(fund.quote.spread_bps, write.bps, fund.reasons, "quote.spread_bps"))],
    ["Cost, % a year", (fund) => [figure(fund.cost.expense_ratio_pct, write.rate, fund.reasons, "cost.expense_ratio_pct"), fund.cost.source ? h("span", { class: "muted" }, ` ${fund.cost.source}, ${fund.cost.as_of}`) : null]],
    ["Value of the listed lines, USD million", (fund) => [figure(millions(fund.listed_value.market_value_usd), write.millions, fund.reasons, "listed_value.market_value_usd"), beside(fund.symbol, status)]],
    ["of the fund's weight, %", shown((fund) => fund.listed_value.coverage_pct, write.percent, "listed_value.coverage_pct")],
    ["Largest holding, %", shown((fund) => fund.concentration.top_pct["1"], write.percent, "concentration.top_pct.1")],
    ["Top 10, %", shown((fund) => fund.top_10_pct, write.percent, "top_10_pct")],
    ["Top 50, %", shown((fund) => fund.concentration.top_pct["50"], write.percent, "concentration.top_pct.50")],
    ["Effective holdings", shown((fund) => fund.concentration.effective_holdings, write.about, "concentration.effective_holdings")],
    ["Holdings to half of the weight", shown((fund) => fund.concentration.names_to_half, write.count, "concentration.names_to_half")],
    ["Herfindahl index, points of 10,000", shown((fund) => fund.concentration.hhi_points, write.about, "concentration.hhi_points")],
    ["Gini coefficient, 0 to 1", shown((fund) => fund.concentration.gini, write.index, "concentration.gini")],
    ["Weight of unlisted lines, %", shown((fund) => fund.unseen_pct, write.percent, "unseen_pct")],
    ["Futures, swaps and options, %", shown((fund) => fund.contracts_pct, write.percent, "contracts_pct")],
  ];
  const table = plainTable({
    caption: "Figures of each fund",
    rows,
    columns: [
      { key: "what", label: "Figure", header: true, text: ([what]) => what },
      ...data.funds.map((fund) => ({ key: fund.symbol, label: fund.symbol, number: true, node: ([, node]) => node(fund) })),
    ],
  });
  table.classList.add("sideways");
  const links = [...table.querySelectorAll("thead th")].slice(1);
  links.forEach((head, at) => head.replaceChildren(h("a", { href: address(path`etf/${data.funds[at].symbol}`) }, data.funds[at].symbol)));
  return table;
}

function millions(value) {
  return value === null || value === undefined ? null : value / MILLION;
}

// ------------------------------------------------------------------ charts

function sectors(data) {
  const names = [...new Set(data.funds.flatMap((fund) => fund.sectors.weights.map((row) => row.sector)))];
  if (!names.length) return h("p", { class: "muted" }, `Sectors cannot be compared: ${reason(data.funds[0]?.reasons, "sectors.classified_pct") ?? "no fund has a line in one"}.`);
  const weights = data.funds.map((fund) => new Map(fund.sectors.weights.map((row) => [row.sector, row.weight_pct])));
  // A sector that a fund does not list is 0 only where the whole list is known; unlisted lines may be in it.
  const absent = (fund) => {
    const { unseen_pct: unseen } = fund;
    if (fund.complete && high(unseen) === 0) return 0;
    return high(unseen) === null ? null : { low: 0, high: high(unseen) };
  };
  const value = (column, name) => (weights[column].has(name) ? weights[column].get(name) : absent(data.funds[column]));
  const cells = data.funds.flatMap((_, column) => names.map((name, row) => [column, row, value(column, name)]));
  const most = Math.max(10, Math.ceil(Math.max(...cells.map(([, , weight]) => high(weight) ?? 0)) / 10) * 10);
  const symbols = data.funds.map((fund) => fund.symbol);
  return chart({
    title: "Sectors of each fund, per cent of weight",
    summary: `${symbols.join(", ")} by ${names.length} sectors.`,
    name: "compare-sectors",
    height: 40 + 34 * names.length,
    minWidth: 190 + 56 * symbols.length,
    legend: heatLegend("0", String(most), "%"),
    option: (colours) => withRoomForNames(heatMap({ columns: symbols, rows: names, cells, most, writer: write.percent, unit: "%" })(colours)),
    table: plainTable({
      caption: "Weight of each sector, per cent of the fund",
      rows: names,
      columns: [
        { key: "sector", label: "Sector", header: true, text: (name) => name },
        ...data.funds.map((fund, column) => ({ key: fund.symbol, label: fund.symbol, unit: "%", number: true, node: (name) => figure(value(column, name), write.percent, fund.reasons, "sectors.weights.weight_pct") })),
      ],
    }),
  });
}

/** The same heat map with a margin that the names of sectors fit into. */
function withRoomForNames(option) {
  const { yAxis } = option;
  const axisLabel = { ...yAxis.axisLabel, width: NAMES_WIDTH, overflow: "truncate", fontSize: 11 };
  return { ...option, grid: { left: NAMES_WIDTH + 10, right: 8, top: 28, bottom: 8 }, yAxis: { ...yAxis, axisLabel } };
}

function bars(data, heading, unit, get, where, writer, name) {
  const rows = data.funds.map((fund) => ({ name: fund.symbol, value: get(fund) ?? null, fund }));
  const without = rows.filter((row) => row.value === null);
  const drawn = chart({
    title: heading,
    summary: rows.map((row) => `${row.name} ${text(row.value, writer)}`).join(", "),
    name: `compare-${name}`,
    height: 40 + 26 * Math.max(1, rows.length - without.length),
    legend: rows.some((row) => isBounds(row.value)) ? h("p", { class: "legend" }, "Solid: for certain. Hatched: what unlisted lines may change.") : null,
    option: rangeBars({ items: rows, writer, unit }),
    table: plainTable({
      caption: heading,
      rows: [...rows].sort((a, b) => (low(b.value) ?? -1) - (low(a.value) ?? -1)),
      columns: [
        { key: "fund", label: "Fund", header: true, text: (row) => row.name },
        { key: "value", label: heading, number: true, node: (row) => figure(row.value, writer, row.fund.reasons, where) },
      ],
    }),
  });
  return h("div", {}, drawn, without.map((row) => h("p", { class: "muted" }, `${row.name}: ${reason(row.fund.reasons, where) ?? "not known"}.`)));
}
