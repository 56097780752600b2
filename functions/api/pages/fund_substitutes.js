// Funds that could stand in for a fund: cheaper ones with nearly the same lines, and others with nearly the same exposure.

import { address, path } from "./api.js";
import { h } from "./dom.js";
import { exports } from "./exports.js";
import { changeWriter, counted, isBounds, write } from "./format.js";
import { figure, notice, sentence, unknown } from "./notices.js";
import { plainTable } from "./table.js";
import { isRefused, notes } from "./view_choose.js";
import { reason } from "./words.js";

/** The limits, by the API's own names, and what holds without them. */
const LIMITS = [
  ["min_overlap_pct", "Cheaper: overlap at least, %", "70"],
  ["max_overlap_pct", "Similar exposure: overlap at most, %", "50"],
  ["max_expense_pct", "Cost at most, % a year", "any"],
];
const SIGNED = changeWriter(write.rate);

/** The section of a fund; its limits stand in the address. */
export function substitutesSection(page, { symbol }) {
  const route = path`api/substitutes/${symbol}`;
  const files = h("div", {});
  const fill = () => {
    const place = h("div", {});
    const show = () => {
      const query = Object.fromEntries(LIMITS.map(([name]) => [name, page.query.get(name)]));
      files.replaceChildren(exports([{ url: address(route, query), csv: address(route, { ...query, format: "csv" }), name: `${symbol}-substitutes` }]));
      // Each question has an element of its own, so that a late answer cannot take the place of a later one.
      const body = h("div", { class: "body" });
      place.replaceChildren(body);
      page.fill(body, () => answered(page, address(route, query), symbol));
    };
    show();
    return [limits(page, symbol, show), place];
  };
  const section = page.section("Substitutes", fill, { id: "substitutes", isLazy: true });
  section.querySelector(".head").append(files);
  return section;
}

function limits(page, symbol, show) {
  const fields = LIMITS.map(([name, label, without]) => [name, label, h("input", { id: `substitutes-${name}`, type: "number", min: "0", max: "100", step: "any", inputmode: "decimal", placeholder: without, value: page.query.get(name) ?? "" })]);
  const form = h(
    "form",
    { class: "controls between", "aria-label": `Limits for substitutes of ${symbol}`, novalidate: true },
    fields.map(([, label, input]) => h("span", { class: "pair" }, h("label", { for: input.id }, label), input)),
    h("button", { class: "quiet" }, "Find"),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    page.setQuery(Object.fromEntries(fields.map(([name, , input]) => [name, input.value.trim()])), { push: true });
    show();
  });
  return form;
}

/** Limits that the API refuses are told with what to do, and the form stays. */
async function answered(page, url, symbol) {
  try {
    return substitutes((await page.get(url)).data, symbol);
  } catch (error) {
    if (!isRefused(error)) throw error;
    return notice("warn", h("p", {}, sentence(error.message)));
  }
}

function substitutes(data, symbol) {
  const { expense_ratio_pct: cost } = data;
  const isRanged = [...(data.cheaper ?? []), ...(data.similar_exposure ?? [])].some((row) => isBounds(row.overlap_pct) || isBounds(row.sector_distance_pct));
  return [
    h("p", {}, `${counted(data.considered, "fund was", "funds were")} considered. ${symbol} costs `, cost === null ? unknown("an amount that is not known") : `${write.rate(cost)} % a year`, "."),
    data.note ? h("p", { class: "muted" }, sentence(data.note)) : null,
    list(data, "cheaper", symbol, "Cheaper, and nearly the same lines", "No fund here is cheaper and overlaps so much for certain."),
    list(data, "similar_exposure", symbol, "Nearly the same sectors, and few lines in common", "No fund here has nearly the same sectors and so little in common for certain."),
    open(data, "cheaper", "cheaper"),
    open(data, "similar_exposure", "of similar exposure"),
    data.cost_unknown ? h("p", { class: "muted" }, `The cost of ${counted(data.cost_unknown, "similar fund", "similar funds")} is not known, so none of them is called cheaper.`) : null,
    notes({ assumptions: isRanged ? data.assumptions : [] }),
  ];
}

/** How many more funds may be on a list. */
function open({ undecided, left_out: leftOut }, key, words) {
  const said = [
    undecided[key] ? `of ${counted(undecided[key], "fund", "funds")} ranges leave it open` : null,
    leftOut[key] ? `${counted(leftOut[key], "fund was", "funds were")} not compared` : null,
  ].filter(Boolean);
  return said.length ? h("p", { class: "muted" }, `More may be ${words}: ${said.join(", and ")}.`) : null;
}

function list(data, key, symbol, caption, empty) {
  const rows = data[key];
  if (rows?.length) return table(rows, symbol, caption);
  return [h("h3", {}, caption), h("p", { class: "empty" }, rows ? empty : unknown(reason(data.reasons, key)))];
}

function table(rows, symbol, caption) {
  const number = (key, label, unit, writer) => ({ label, unit, number: true, node: (row) => figure(row[key], writer, row.reasons, key) });
  return plainTable({
    caption,
    rows,
    columns: [
      { label: "Fund", header: true, node: (row) => h("a", { href: address(path`etf/${row.symbol}`) }, row.symbol) },
      { label: "Name", node: (row) => row.name ?? unknown("without a name") },
      { label: "Overlap", unit: "%", number: true, node: (row) => h("a", { href: address("overlap", { symbols: `${symbol},${row.symbol}` }) }, figure(row.overlap_pct, write.percent, row.reasons, "overlap_pct")) },
      number("expense_ratio_pct", "Cost", "% a year", write.rate),
      number("saving_pct", "Saves", "% a year", SIGNED),
      number("sector_distance_pct", "Sectors differ by", "points", write.percent),
    ],
  });
}
