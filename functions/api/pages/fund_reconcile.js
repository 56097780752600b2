// The portal's list of a fund beside its filing nearest in time: one source checks the other, and neither is changed.

import { address, ApiError, path } from "./api.js";
import { h } from "./dom.js";
import { counted, write } from "./format.js";
import { countryName, dated, filingWords, namesAll, remarksOn } from "./filed.js";
import { dash, facts } from "./fund_notes.js";
import { badge, change, figure, notice, unknown } from "./notices.js";
import { DataTable } from "./table.js";
import { meaning, reason } from "./words.js";

const TERMS = {
  days_apart: "Days apart",
  flow_factor: "Creations and redemptions since",
  share_differences: "Other numbers of shares than expected",
  only_in_list: "Only in the list",
  only_in_filing: "Only in the filing",
};
/** A table of so few lines needs no filter, and is open. */
const FEW = 10;

/** The section; `listed` asks for the list of filings, once: without a filing there is nothing to compare. */
export function reconciliation(page, { symbol, asOf }, listed) {
  const route = path`api/etfs/${symbol}/reconcile`;
  let link;
  const links = new Promise((resolve) => (link = resolve));
  const fill = async () => {
    const { data } = await listed();
    if (!data.filings.length) return h("p", { class: "empty" }, "There is no filing to compare the list with; the part above says why.");
    try {
      const { data: found } = await page.get(address(route, { as_of: asOf }));
      link([{ url: address(route, { as_of: asOf }), csv: address(route, { as_of: asOf, format: "csv" }), name: `${symbol}-reconcile` }]);
      return compared(found);
    } catch (error) {
      if (!(error instanceof ApiError) || ![404, 413].includes(error.status)) throw error;
      return notice("warn", h("p", {}, /[.!?]$/.test(error.message) ? error.message : `${error.message}.`));
    }
  };
  return page.section("The list against the filing", fill, { links, id: "reconcile", isLazy: true });
}

function compared(data) {
  const { list, filing, matched, not_compared: left, reasons } = data;
  const known = (rows, name) => (rows === null ? dash(reason(reasons, name)) : write.count(rows.length));
  return [
    h(
      "p",
      {},
      "The list of ",
      dated(list.holdings_as_of),
      `, ${counted(list.lines, "line", "lines")}, `,
      list.complete ? badge("good", "complete") : badge("warn", "partial"),
      " beside ",
      filingWords(filing),
      `, ${counted(filing.lines, "line", "lines")}, `,
      namesAll(filing.complete),
      remarksOn(filing),
      ". ",
      apart(data.days_apart),
    ),
    facts([
      [TERMS.days_apart, figure(data.days_apart, write.count, reasons, "days_apart")],
      ["Securities in both", write.count(matched.lines)],
      ["Their weight in the list, %", figure(matched.list_weight_pct, write.percent)],
      ["Their weight in the filing, %", figure(matched.filing_weight_pct, write.percent)],
      [TERMS.flow_factor, flow(data)],
      [TERMS.share_differences, known(data.share_differences, "share_differences")],
      [TERMS.only_in_list, known(data.only_in_list, "only_in_list")],
      [TERMS.only_in_filing, known(data.only_in_filing, "only_in_filing")],
      ["Not certain", write.count(data.open.length)],
    ]),
    whys(reasons),
    left.list_lines || left.filing_lines ? h("p", { class: "muted" }, `Cash and contracts are not compared: ${counted(left.list_lines, "line", "lines")} of the list with ${write.percent(left.list_weight_pct)} %, ${counted(left.filing_lines, "line", "lines")} of the filing with ${write.percent(left.filing_weight_pct)} %.`) : null,
    splits(data.splits),
    data.share_differences?.length ? differences(data.share_differences) : null,
    part("Only in the list: not in the filing under any name", data.only_in_list, "list"),
    part("Only in the filing: not in the list under any name", data.only_in_filing, "filing"),
    part("Not certain: nothing is guessed", data.open, "open"),
  ];
}

/** Why figures are not known, each reason once. */
function whys(reasons) {
  const names = new Map();
  for (const name of Object.keys(reasons)) {
    const why = reason(reasons, name);
    names.set(why, [...(names.get(why) ?? []), (TERMS[name] ?? name).toLowerCase()]);
  }
  return [...names].map(([why, terms]) => h("p", { class: "muted" }, `Not known: ${terms.join(" and ")}, because ${why}.`));
}

function apart(days) {
  if (days === 0) return "Both are of the same day, so a difference is a mistake of one of them.";
  return "What differs can be trades in between, or a mistake of one of them.";
}

/** By how much the shares of every line changed between the two dates. */
function flow({ flow_factor: factor, compared_shares: lines, reasons }) {
  if (factor === null) return dash(reason(reasons, "flow_factor"));
  return [factor === 1 ? "none" : change((factor - 1) * 100, write.rate), h("span", { class: "muted" }, `${factor === 1 ? "" : " % of shares in each line"}, from ${counted(lines, "line", "lines")}`)];
}

function splits(rows) {
  if (!rows.length) return null;
  return notice("good", h("ul", {}, rows.map((row) => h("li", {}, `${row.symbol ?? row.name ?? "A line"} was split: ${write.shares(row.ratio)} new for 1 old.`))));
}

// ------------------------------------------------------------------ tables

const symbol = { key: "symbol", label: "Symbol", width: "7rem", value: (row) => row.symbol ?? null, node: (row) => (row.symbol ? h("a", { href: address(path`security/${row.symbol}`) }, row.symbol) : unknown("none")) };
const weight = { key: "weight", label: "Weight", unit: "%", width: "7rem", number: true, value: (row) => row.weight_pct, node: (row) => figure(row.weight_pct, write.percent) };

function words(key, label, width, shown = (value) => value) {
  return { key, label, width, value: (row) => row[key] ?? null, node: (row) => (row[key] === null || row[key] === undefined ? unknown("none") : h("span", { title: shown(row[key]) }, shown(row[key]))) };
}

function amount(key, label, unit = null) {
  return { key, label, unit, width: "10rem", number: true, value: (row) => row[key] ?? null, node: (row) => (row[key] === null || row[key] === undefined ? unknown("none") : figure(row[key], write.shares)) };
}

function differences(rows) {
  const table = new DataTable({
    caption: "Securities whose number of shares in the list is more than 2 % from what the filing, creations, redemptions and splits lead one to expect",
    rows,
    searched: (row) => `${row.symbol ?? ""} ${row.name ?? ""} ${row.isin ?? ""}`,
    state: {},
    columns: [
      symbol,
      { ...words("name", "Name"), header: true },
      words("isin", "ISIN", "10rem"),
      amount("shares_list", "In the list", "shares"),
      amount("balance_filed", "In the filing", "shares"),
      amount("expected", "Expected", "shares"),
      {
        key: "difference",
        label: "Difference",
        unit: "%",
        width: "9rem",
        number: true,
        value: (row) => row.difference_pct,
        node: (row) => [change(row.difference_pct, write.percent), row.split_suspected ? [" ", badge("warn", "a split?")] : null],
      },
    ],
  });
  return table.element;
}

/** What is in one source only, or open; `side` is list, filing, or open for both. */
function part(heading, rows, side) {
  if (!rows?.length) return null;
  const columns = [
    side === "open" ? { key: "side", label: "In the", width: "6rem", value: (row) => row.side, text: (row) => row.side } : null,
    side === "filing" ? null : symbol,
    { ...words("name", "Name"), header: true },
    side === "list" ? null : words("title", "Title"),
    side === "list" ? null : words("isin", "ISIN", "9rem"),
    words("asset_class", "Class", "6.5rem"),
    side === "list" ? null : words("country", "Country", "10rem", countryName),
    weight,
    side === "filing" ? null : amount("shares", "In the list", "shares"),
    side === "list" ? null : amount("balance_filed", "In the filing", "shares"),
    side === "open" ? words("why", "Why", "20rem", (why) => meaning("OpenReason", why)) : null,
  ].filter(Boolean);
  const table = new DataTable({ caption: heading, rows, columns, searched: rows.length > FEW ? (row) => `${row.symbol ?? ""} ${row.name ?? ""} ${row.title ?? ""} ${row.isin ?? ""}` : null });
  return h("details", { class: "behind", open: rows.length <= FEW }, h("summary", {}, `${heading} (${counted(rows.length, "line", "lines")})`), table.element);
}
