// What changed in a portfolio between two dates: the same positions, looked through on both.

import { address, ApiError, path, post } from "./api.js";
import { h } from "./dom.js";
import { isBounds, low, signed, write } from "./format.js";
import { refusedDates } from "./fund_notes.js";
import { badge, figure, freshness, notice, unknown } from "./notices.js";
import { DataTable, plainTable } from "./table.js";
import { notes, wayOf } from "./view_choose.js";
import { reason } from "./words.js";

const KINDS = [
  ["added", "Added"],
  ["removed", "Removed"],
  ["increased", "Weighs more"],
  ["decreased", "Weighs less"],
  ["entered_the_list", "Entered a list"],
  ["left_the_list", "Left a list"],
  ["undetermined", "Cannot be told"],
];

/**
 * The section, with a choice of two dates that stand in the address. `body` has the positions; `saving` makes the
 * buttons that save an answer; `onDates` is called when the reader chooses dates.
 */
export function changesSection(page, body, { saving, onDates }) {
  const files = h("div", {});
  const place = h("div", {});
  const asked = () => ({ by: wayOf(page.query), from: page.query.get("from"), to: page.query.get("to") });
  const show = () => {
    files.replaceChildren(saving("portfolio/changes", asked(), body, " changes"));
    const found = h("div", { class: "body" });
    place.replaceChildren(found);
    page.fill(found, () => answered(page, address("api/portfolio/changes", asked()), body));
  };
  // A field for dates would write them as the browser's country does.
  const field = (id, label, name) => h("span", { class: "pair" }, h("label", { for: id }, label), h("input", { id, placeholder: "YYYY-MM-DD", autocomplete: "off", maxlength: "10", size: "11", value: page.query.get(name) ?? "" }));
  const form = h("form", { class: "controls between", "aria-label": "Two dates", novalidate: true }, field("dates-from", "From", "from"), field("dates-to", "to", "to"), h("button", { class: "quiet" }, "Compare"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    page.setQuery({ from: form.querySelector("#dates-from").value.trim(), to: form.querySelector("#dates-to").value.trim() });
    onDates();
    show();
  });
  show();
  return h(
    "section",
    { id: "portfolio-changes" },
    h("div", { class: "head" }, h("h2", {}, "What changed in it"), files),
    h("p", { class: "muted" }, "The same positions, looked through on two dates: each fund\u2019s newest list on or before each of them. Without dates, each fund\u2019s newest list and the one before it."),
    form,
    place,
  );
}

/** Dates that the API refuses are told with what to do, and the choice of dates stays. */
async function answered(page, url, body) {
  try {
    const { data, stale } = await post(url, body, page.signal);
    return [stale === false ? null : h("p", {}, freshness(stale)), changed(data)];
  } catch (error) {
    if (!(error instanceof ApiError) || ![400, 404].includes(error.status)) throw error;
    return refusedDates(page, error);
  }
}

function changed(data) {
  const rows = KINDS.flatMap(([kind, label]) => (data[kind] ?? []).map((row) => ({ label, ...row })));
  const isRanged = rows.some((row) => [row.weight_from_pct, row.weight_to_pct, row.change_pct].some(isBounds));
  const count = (kind) => (data[kind] === null ? unknown(reason(data.reasons, kind)) : write.count(data[kind].length));
  const terms = [
    ["Active share between the dates, %", figure(data.active_share_pct, write.percent, data.reasons, "active_share_pct")],
    ...KINDS.filter(([kind]) => data[kind] === null || data[kind].length || !kind.endsWith("_the_list")).map(([kind, label]) => [label, count(kind)]),
    ["Weighs the same", figure(data.unchanged_count, write.count, data.reasons, "unchanged_count")],
  ];
  return [
    data.complete ? null : notice("warn", h("p", {}, badge("warn", "partial"), " A list is partial: what entered or left it may have been held before, or still be held.")),
    notes({ flaws: flawsOfBoth(data), assumptions: isRanged ? data.assumptions : [], doubts: data.doubts }),
    h("dl", { class: "facts" }, terms.map(([term, value]) => h("div", {}, h("dt", {}, term), h("dd", {}, value)))),
    rows.length ? table(rows) : h("p", { class: "empty" }, "No security weighs more or less, as far as can be told."),
    lists(data),
  ];
}

/** The flaws of lists of two dates, by the symbol and which list it is. */
export function flawsOfBoth({ flaws }) {
  return { ...byDate(flaws.from, "earlier list"), ...byDate(flaws.to, "later list") };
}

function byDate(found, words) {
  return Object.fromEntries(Object.entries(found).map(([symbol, codes]) => [`${symbol}, ${words}`, codes]));
}

function table(rows) {
  const number = (key, label, unit, writer) => ({ key, label, unit, width: "10rem", number: true, value: (row) => low(row[key]), node: (row) => figure(row[key], writer, row.reasons ?? {}, key) });
  const change = (value, mode) => signed(value, (size) => write.percent(size, value < 0 ? ({ floor: "ceil", ceil: "floor" }[mode] ?? mode) : mode));
  const element = new DataTable({
    caption: "Securities whose weight in the portfolio changed, by price or by what the funds traded",
    rows,
    noun: ["security", "securities"],
    searched: (row) => `${row.symbol ?? ""} ${row.name ?? ""} ${row.label}`,
    columns: [
      { key: "symbol", label: "Symbol", width: "7rem", value: (row) => row.symbol, node: (row) => (row.symbol ? h("a", { href: address(path`security/${row.symbol}`) }, row.symbol) : unknown("none")) },
      { key: "name", label: "Name", header: true, width: "16rem", value: (row) => row.name, node: (row) => (row.name ? h("span", { title: row.name }, row.name) : unknown("none")) },
      { key: "kind", label: "What", width: "9rem", value: (row) => row.label, text: (row) => row.label },
      number("weight_from_pct", "Weight before", "%", write.percent),
      number("weight_to_pct", "Weight after", "%", write.percent),
      number("change_pct", "Change", "percentage points", change),
    ],
  }).element;
  return h("div", { class: "wide" }, element);
}

/** Which two lists of each fund were compared. */
function lists(data) {
  const symbols = Object.keys(data.to);
  return plainTable({
    caption: "The lists that were compared",
    rows: symbols,
    empty: "No fund is among the positions, so nothing was looked through.",
    columns: [
      { label: "Fund", header: true, node: (symbol) => h("a", { href: address(path`etf/${symbol}`, { from: data.from[symbol], to: data.to[symbol] }) }, symbol) },
      { label: "Earlier list", node: (symbol) => h("span", { class: "day" }, data.from[symbol] ?? "") },
      { label: "Later list", node: (symbol) => h("span", { class: "day" }, data.to[symbol]) },
      { label: "Note", text: (symbol) => data.notes[symbol] ?? "" },
    ],
  });
}
