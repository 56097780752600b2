// `/overlap?symbols=VOO,QQQ`: what funds have in common, as a heat map, pair by pair, and name by name.

import { address, path } from "./api.js";
import { h } from "./dom.js";
import { exports } from "./exports.js";
import { counted, high, low, write } from "./format.js";
import { figure, notice, unknown } from "./notices.js";
import { overlapHeat } from "./overlap_chart.js";
import { DataTable } from "./table.js";
import { beside, chooser, countedBy, flagged, isRefused, lists, namedInTitle, notes, shared, shownOrAdvised, statusOf, stepper, symbolsOf, tooFew, wayOf } from "./view_choose.js";
import { reason } from "./words.js";

const given = (query) => symbolsOf(query.get("symbols") ?? "");

export function title(_, query) {
  const symbols = given(query);
  return symbols.length ? `Overlap of ${namedInTitle(symbols)}` : "Overlap";
}

export function render(page) {
  const view = h("div", {});
  draw(page, view);
  return view;
}

/** Show the view of the page's query; a change of it is a step for Back. */
function draw(page, view) {
  const symbols = given(page.query);
  const by = wayOf(page.query);
  const changed = stepper(page, view, { title, draw });
  const choose = (chosen) => changed({ symbols: chosen.join(","), pair: null });
  const heading = [h("h1", {}, "Overlap"), chooser(page, symbols, choose)];
  if (symbols.length < 2) {
    view.replaceChildren(...heading, page.section("Choose funds", () => tooFew(page, symbols, "Overlap", choose)));
    return;
  }
  const url = address("api/overlap", { symbols: symbols.join(","), by });
  const ask = shared(() => page.get(url));
  const links = [{ url, csv: address("api/overlap", { symbols: symbols.join(","), by, format: "csv" }), name: "overlap" }];
  const select = countedBy(by, (value) => changed({ by: value }));
  view.replaceChildren(
    ...heading,
    select,
    page.section("Funds against each other", () => shownOrAdvised(page, symbols, ask, choose, (data, status) => whole(page, data, status)), { links }),
    page.section("Name by name", () => names(page, symbols, by, ask), { id: "names" }),
  );
}

function whole(page, data, status) {
  return [notes(data), flagged(data.symbols, status), overlapHeat(data), pairs(page, data, status), lists(data.holdings_as_of, status, data.lag_days), remarks(data.notes)];
}

function remarks(found) {
  const words = Object.values(found ?? {});
  return words.length ? h("ul", { class: "muted" }, words.map((each) => h("li", {}, each))) : null;
}

// ------------------------------------------------------------------ pairs

function pairs(page, data, status) {
  const column = (key, label, unit, writer) => ({
    key,
    label,
    unit,
    number: true,
    value: (pair) => low(pair[key]),
    node: (pair) => figure(pair[key], writer, pair.reasons, key),
  });
  const link = (pair) => address("overlap", { symbols: data.symbols.join(","), by: wayOf(page.query), pair: `${pair.a},${pair.b}` });
  const table = new DataTable({
    caption: "Pair by pair. Overlap is the sum of the smaller of both weights",
    rows: data.pairs,
    noun: ["pair", "pairs"],
    searched: data.pairs.length > 10 ? (pair) => `${pair.a} ${pair.b}` : null,
    state: { sort: page.query.get("sort"), filter: page.query.get("filter") },
    onState: ({ sort, filter }, isStep) => page.setQuery({ sort, filter }, { push: isStep }),
    columns: [
      {
        key: "pair",
        label: "Pair",
        header: true,
        width: "13rem",
        value: (pair) => `${pair.a} ${pair.b}`,
        node: (pair) => [h("a", { href: link(pair) }, `${pair.a} and ${pair.b}`), beside(pair.a, status), beside(pair.b, status)],
      },
      column("overlap_pct", "Overlap", "%", write.percent),
      column("active_share_pct", "Active share", "%", write.percent),
      column("coverage_a_pct", "Of the first in common names", "%", write.percent),
      column("coverage_b_pct", "Of the second", "%", write.percent),
      column("common_count", "Common names", null, write.count),
      column("jaccard", "Jaccard, 0 to 1", null, write.index),
      column("cosine", "Cosine, 0 to 1", null, write.index),
    ],
  });
  return h("div", { class: "wide" }, table.element);
}

// ------------------------------------------------------------------ name by name

async function names(page, symbols, by, ask) {
  const wanted = symbolsOf(page.query.get("pair") ?? "");
  const isPair = wanted.length === 2 && wanted.every((symbol) => symbols.includes(symbol));
  let all;
  try {
    all = (await ask()).data;
  } catch (error) {
    if (!isRefused(error)) throw error;
    return h("p", { class: "muted" }, "Names can be shown once the funds above are right.");
  }
  const [a, b] = isPair ? wanted : [all.pairs[0].a, all.pairs[0].b];
  const query = { symbols: `${a},${b}`, by };
  const url = address("api/overlap", query);
  const answer = all.symbols.length === 2 && all.symbols[0] === a ? all : (await page.get(url)).data;
  const status = await statusOf(page);
  return [
    symbols.length > 2 ? pairChoice(page, all, a, b) : null,
    symbols.length > 2 ? exports([{ url, csv: address("api/overlap", { ...query, format: "csv" }), name: `overlap-${a}-${b}` }]) : null,
    sideBySide(page, answer, a, b, status),
  ];
}

function pairChoice(page, { symbols, pairs: all }, a, b) {
  const chosen = `${a},${b}`;
  const values = all.map((pair) => `${pair.a},${pair.b}`);
  if (!values.includes(chosen)) values.unshift(chosen);
  const select = h("select", { id: "pair" }, values.map((value) => h("option", { value, selected: value === chosen }, value.replace(",", " and "))));
  const go = (event) => {
    event.preventDefault();
    link.setAttribute("href", address("overlap", { symbols: symbols.join(","), by: wayOf(page.query), pair: select.value }));
    link.click();
  };
  const link = h("a", { hidden: true });
  return h("form", { class: "controls", onsubmit: go }, h("label", { for: "pair" }, "Pair"), select, h("button", {}, "Show"), link);
}

function sideBySide(page, data, a, b, status) {
  if (!data.common) return notice("warn", h("p", {}, `The names cannot be compared: ${reason(data.reasons, "common") ?? "the API gives no names for this pair"}.`));
  const may = (value) => high(value) === null || high(value) > 0;
  const rows = [
    ...data.common.map((row) => ({ ...row, where: "both" })),
    ...data.only_a.map((row) => ({ ...row, where: may(row.weight_b_pct) ? `${a}, perhaps ${b}` : `${a} only` })),
    ...data.only_b.map((row) => ({ ...row, where: may(row.weight_a_pct) ? `${b}, perhaps ${a}` : `${b} only` })),
  ];
  const weight = (key, symbol) => ({
    key,
    label: symbol,
    unit: "%",
    width: "9rem",
    number: true,
    value: (row) => low(row[key]),
    node: (row) => figure(row[key], write.percent, data.reasons, `common.${key}`),
  });
  const pair = data.pairs[0];
  return [
    h(
      "p",
      {},
      `${a} and ${b} have `,
      figure(pair.overlap_pct, write.percent, pair.reasons, "overlap_pct"),
      " % of weight in common",
      beside(a, status),
      beside(b, status),
      `; ${counted(data.common.length, "name is", "names are")} listed by both.`,
    ),
    new DataTable({
      caption: `Names of ${a} and ${b} side by side, per cent of each fund`,
      rows,
      noun: ["name", "names"],
      searched: (row) => `${row.symbol ?? ""} ${row.name ?? ""} ${row.where}`,
      state: { sort: page.query.get("names_sort") ?? "-overlap_pct", filter: page.query.get("names") },
      onState: ({ sort, filter }, isStep) => page.setQuery({ names_sort: sort, names: filter }, { push: isStep }),
      columns: [
        { key: "symbol", label: "Symbol", width: "7rem", value: (row) => row.symbol, node: (row) => (row.symbol ? h("a", { href: address(path`security/${row.symbol}`) }, row.symbol) : unknown("none")) },
        { key: "name", label: "Name", header: true, value: (row) => row.name, node: (row) => (row.name ? h("span", { title: row.name }, row.name) : unknown("none")) },
        weight("weight_a_pct", a),
        weight("weight_b_pct", b),
        weight("overlap_pct", "Overlap"),
        { key: "where", label: "Listed by", width: "11rem", value: (row) => row.where, node: (row) => `${row.where}${row.in_doubt ? " (in doubt)" : ""}` },
      ],
    }).element,
  ];
}
