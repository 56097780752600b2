// `/screen`: the funds that fit a description. The form's state is the query of the address, by the API's own names.

import { address, ApiError, path } from "./api.js";
import { h } from "./dom.js";
import { changeWriter, counted, utc, write } from "./format.js";
import { badge, completeness, figure, notice, unknown } from "./notices.js";
import { plainTable } from "./table.js";
import { beside, statusOf } from "./view_choose.js";
import { plain } from "./words.js";

export const SECTORS = ["Communication Services", "Consumer Discretionary", "Consumer Staples", "Energy", "Financials", "Health Care", "Industrials", "Information Technology", "Materials", "Real Estate", "Utilities", "Unclassified"];
const CLASSES = ["equity", "etf", "bond", "cash", "derivative", "other"];
const FIGURES = [
  ["sector_pct", "Sector", "%", write.percent],
  ["asset_class_pct", "Asset class", "%", write.percent],
  ["holds_pct", "Security", "%", write.percent],
  ["top_10_pct", "Top 10", "%", write.percent],
  ["expense_ratio_pct", "Cost", "% a year", write.rate],
];
const TILT = "factor_tilt_pct";
const SORTS = [["symbol", "Symbol"], ["name", "Name"], ...FIGURES.map(([key, label]) => [key, label]), [TILT, "Factor tilt"]];
const LIMIT = 100;
const NO_FUND = "There is no fund yet: name some in etl_config.yaml (etf_symbols). The next refresh brings their data.";

const any = ["", "any"];
const same = (values) => [any, ...values.map((value) => [value, value])];
/** The groups of the form: [legend, [[name of the parameter, label, choices, or "per cent", "text", "tilts" or "count"]]]. */
const GROUPS = [
  ["Sector", [["sector", "Sector", same(SECTORS)], ["min_pct", "At least, %", "percent"], ["max_pct", "At most, %", "percent"]]],
  ["Asset class", [["asset_class", "Asset class", same(CLASSES)], ["min_asset_class_pct", "At least, %", "percent"], ["max_asset_class_pct", "At most, %", "percent"]]],
  ["Holds a security", [["holds", "Symbol of the security", "text"], ["min_holds_pct", "At least, %", "percent"], ["max_holds_pct", "At most, %", "percent"]]],
  ["Factor tilt against the market", [["min_factor", "At least, points", "tilts"], ["max_factor", "At most, points", "tilts"]]],
  ["Top 10", [["min_top_10_pct", "At least, %", "percent"], ["max_top_10_pct", "At most, %", "percent"]]],
  ["Cost and list", [["max_expense_pct", "Cost at most, % a year", "percent"], ["complete", "List", [any, ["true", "complete"], ["false", "partial"]]]]],
  ["Order", [["sort", "Sort by", [["", "default"], ...SORTS.flatMap(([key, label]) => [[key, `${label}, ascending`], [`-${key}`, `${label}, descending`]])]], ["limit", "Rows at a time", "count"]]],
];

export function title() {
  return "Screener";
}

export function render(page) {
  // Names that the API does not know go to it too: its message says which are allowed.
  const asked = Object.fromEntries(page.query);
  delete asked.format;
  const url = address("api/screen", asked);
  return [
    h("h1", {}, "Screener"),
    form(page),
    page.section("Funds that fit", () => found(page, url, asked).catch((error) => withoutFunds(page, error)), { links: [{ url, csv: address("api/screen", { ...asked, format: "csv" }), name: "screen" }] }),
  ];
}

// ------------------------------------------------------------------ the form

function form(page) {
  const fields = new Map();
  const groups = GROUPS.map(([legend, own]) =>
    h("fieldset", {}, h("legend", {}, legend), own.map((each) => {
      const [name, label] = each;
      const input = control(each, page.query.get(name) ?? "");
      fields.set(name, input);
      return h("div", {}, h("label", { for: `screen-${name}` }, label), input);
    })),
  );
  const clear = h("a", { href: address("screen"), class: "clear" }, "Clear");
  const element = h("form", { class: "screen-form", "aria-label": "Screener" }, groups, h("div", { class: "controls" }, h("button", {}, "Find funds"), clear));
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    const query = Object.fromEntries([...fields].map(([name, input]) => [name, input.value.trim()]));
    // A link of the page: the router makes a step of it, so that Back comes to the question before.
    const link = h("a", { href: address("screen", query), hidden: true });
    element.append(link);
    link.click();
  });
  return element;
}

function control([name, , kind], value) {
  const id = `screen-${name}`;
  if (kind === "text") return h("input", { id, type: "text", value, maxlength: "24", autocomplete: "off", spellcheck: "false", autocapitalize: "characters" });
  if (kind === "tilts") return h("input", { id, type: "text", value, maxlength: "1000", autocomplete: "off", spellcheck: "false", placeholder: "value:20" });
  if (kind === "percent") return h("input", { id, type: "number", value, min: "0", max: "1000", step: "any", inputmode: "decimal" });
  if (kind === "count") return h("input", { id, type: "number", value, min: "1", max: "1000", step: "1", inputmode: "numeric", placeholder: String(LIMIT) });
  // A value that an address has and the form does not stays in it, so that the form says what was asked.
  const options = kind.some(([each]) => each === value) ? kind : [...kind, [value, value]];
  return h("select", { id }, options.map(([each, words]) => h("option", { value: each, selected: each === value }, words)));
}

// ------------------------------------------------------------------ the answer

async function found(page, url, asked) {
  const { data } = await page.get(url);
  const note = data.note ? notice("warn", h("p", {}, data.note)) : null;
  if (!data.total) return [note, h("p", { class: "empty" }, "No fund fits. Widen a limit, or ", h("a", { href: address("screen") }, "start again"), ".")];
  const status = await statusOf(page);
  const figures = FIGURES.filter(([key]) => data.funds.some((row) => key in row));
  const sure = data.total - data.maybe;
  return [
    note,
    h("p", { role: "status" }, `${counted(sure, "fund fits", "funds fit")}. `, data.maybe ? `${counted(data.maybe, "more may fit", "more may fit")}: a range, or a figure that is not known, leaves it open.` : ""),
    plainTable({
      caption: `Funds that fit or may fit; tables of ${utc(data.tables_as_of)}`,
      rows: data.funds,
      columns: columns(data, figures, status),
      empty: "There are no rows here: go back to the first page.",
    }),
    pages(data, asked),
  ];
}

/** What to do where there is no fund: then there are no tables to screen, and waiting for them would not help. */
async function withoutFunds(page, error) {
  if (!(error instanceof ApiError) || error.status !== 503) throw error;
  const here = await page.get(address("api/etfs")).catch(() => null);
  if (here?.data.length !== 0) throw error;
  return notice("warn", h("p", {}, NO_FUND));
}

function columns(data, figures, status) {
  const stale = (row) => beside(row.symbol, { [row.symbol]: { stale: status[row.symbol]?.stale } }); // the row says whether it is partial
  const named = data.funds.some((row) => "holds_name" in row);
  const tilts = [...new Set(data.funds.flatMap((row) => Object.keys(row[TILT] ?? {})))];
  return [
    { label: "Fund", header: true, node: (row) => h("a", { href: address(path`etf/${row.symbol}`) }, row.symbol) },
    { label: "Name", node: (row) => (row.name ? h("span", { class: "fund-name" }, row.name) : unknown("without a name")) },
    { label: "Fits", node: (row) => (row.match === "yes" ? badge("good", "yes") : badge("warn", "maybe")) },
    ...figures.map(([key, label, unit, writer]) => ({ label, unit, number: true, node: (row) => [figure(row[key], writer, row.reasons, key), stale(row)] })),
    ...tilts.map((factor) => ({ label: `Tilt to ${plain(factor)}`, unit: "points", number: true, node: (row) => [figure(row[TILT]?.[factor], changeWriter(write.percent), row.reasons, `${TILT}.${factor}`), stale(row)] })),
    named ? { label: "Security listed as", node: (row) => (row.holds_name ? h("span", {}, row.holds_name) : unknown("not listed; it may be among the unlisted lines")) } : null,
    { label: "Holdings of", node: (row) => [row.holdings_as_of, " ", row.complete ? completeness({ complete: true }) : badge("warn", "partial"), stale(row)] },
  ].filter(Boolean);
}

function pages(data, asked) {
  const limit = Number(asked.limit ?? LIMIT);
  const offset = Number(asked.offset ?? 0);
  if (data.total <= limit && !offset) return null;
  const link = (to, words) => h("a", { href: address("screen", { ...asked, offset: to || null }) }, words);
  const last = offset + data.funds.length;
  return h(
    "nav",
    { class: "pages", "aria-label": "Pages of funds" },
    offset ? link(Math.max(0, offset - limit), "Previous") : null,
    data.funds.length ? h("span", {}, `Funds ${write.count(offset + 1)} to ${write.count(last)} of ${write.count(data.total)}`) : null,
    last < data.total && data.funds.length ? link(last, "Next") : null,
  );
}
