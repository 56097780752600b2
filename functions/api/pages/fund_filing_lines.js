// One filing of a fund: what it says of the fund, and its lines.

import { address, ApiError, path } from "./api.js";
import { h } from "./dom.js";
import { counted, utc, write } from "./format.js";
import { countryName, dated, namesAll, remarksOn } from "./filed.js";
import { facts } from "./fund_notes.js";
import { change, figure, notice, unknown } from "./notices.js";
import { DataTable, plainTable } from "./table.js";
import { meaning } from "./words.js";

const MILLION = 1e6;
const UNITS = { NS: "shares", PA: "principal", NC: "contracts", OU: "another unit" };
const DERIVATIVES = { FUT: "future", FWD: "forward", SWP: "swap", OPT: "option", SWO: "swaption", WAR: "warrant", OTH: "another derivative" };
const NOT_IN = "not in the filing";

/** The filing of a date; one that the API refuses is told with what to do. */
export async function oneFiling(page, symbol, day) {
  try {
    const { data } = await page.get(address(path`api/etfs/${symbol}/filings/${day}`));
    return [standing(data), figures(data), oddities(data.quality.issues), lines(page, symbol, data), provenance(data)];
  } catch (error) {
    if (!(error instanceof ApiError) || ![400, 404, 413].includes(error.status)) throw error;
    const words = /[.!?]$/.test(error.message) ? error.message : `${error.message}.`;
    return notice("warn", h("p", {}, words, error.status === 413 ? " The CSV has all of its lines." : " Choose a date above."));
  }
}

/** What the filing is, in words. */
function standing({ fund, filed, report_date: day, accession, form, final, complete, provenance: { source }, totals }) {
  const months = filed ? `It was filed on ${filed}` : "It is not known when it was filed";
  return [
    h("p", {}, fund.name ?? unknown("the filing does not name the fund"), fund.registrant && fund.registrant !== fund.name ? `, a fund of ${fund.registrant}` : null, `. ${months}, as ${accession}. `, namesAll(complete), remarksOn({ source, series: fund.series, final, form })),
    fund.series === "unverified" ? notice("warn", h("p", {}, `This filing was taken by hand, and nobody checked that it is of this fund: compare the fund\u2019s name and the lines with what you expect.`)) : null,
    totals.lines === 0 && final ? notice("warn", h("p", {}, `It is the fund\u2019s last filing: on ${day} the fund held nothing any more.`)) : null,
  ];
}

function figures({ fund, totals }) {
  const usd = (value) => (value === null ? unknown(NOT_IN) : figure(value / MILLION, write.millions));
  const own = fund.returns.filter((each) => each.class_id === fund.class_id || new Set(fund.returns.map((row) => row.class_id)).size === 1);
  return [
    facts([
      ["Net assets, USD million", usd(fund.net_assets_usd)],
      ["Total assets, USD million", usd(fund.total_assets_usd)],
      ["Liabilities, USD million", usd(fund.liabilities_usd)],
      ["Securities that are not named, USD million", usd(fund.miscellaneous_securities_usd)],
      ["Cash in no line, USD million", usd(fund.cash_not_reported_usd)],
      ["Weight of the lines, %", figure(totals.weight_pct, write.percent)],
      ["Series", fund.series_id ?? unknown("a registrant with one fund, or not in the filing")],
      ["Fiscal year ends", fund.fiscal_year_end ?? unknown(NOT_IN)],
    ]),
    own.length || fund.flows.length
      ? plainTable({
          caption: "By month; flows are those of all share classes together",
          rows: months(own, fund.flows),
          columns: [
            { label: "Month", header: true, node: (row) => dated(row.month) },
            { label: "Return", unit: "%", number: true, node: (row) => change(row.return_pct ?? null, write.percent, own.length ? NOT_IN : "the class of this fund is not known") },
            { label: "Sold", unit: "USD million", number: true, node: (row) => usd(row.sales_usd ?? null) },
            { label: "Reinvested", unit: "USD million", number: true, node: (row) => usd(row.reinvested_usd ?? null) },
            { label: "Redeemed", unit: "USD million", number: true, node: (row) => usd(row.redeemed_usd ?? null) },
            { label: "Net flow", unit: "USD million", number: true, node: (row) => change(row.net_usd === null || row.net_usd === undefined ? null : row.net_usd / MILLION, write.millions, NOT_IN) },
          ],
        })
      : null,
    rateRisk(fund.interest_rate_risk),
  ];
}

function months(returns, flows) {
  const found = new Map();
  for (const row of [...returns, ...flows]) found.set(row.month, { ...found.get(row.month), ...row });
  return [...found.values()].sort((a, b) => (a.month < b.month ? -1 : 1));
}

function rateRisk(rows) {
  if (!rows?.length) return null;
  const usd = (value) => (value === null ? unknown(NOT_IN) : figure(value, write.count));
  const table = plainTable({
    caption: "How much the value of the fund changes with interest rates",
    rows,
    columns: [
      { label: "Currency", header: true, text: (row) => row.currency ?? "not told" },
      { label: "Maturity", text: (row) => row.period.replace("Mon", " months").replace(/Yr$/, " years") },
      { label: "For 1 basis point", unit: "USD", number: true, node: (row) => usd(row.dv01_usd) },
      { label: "For 100 basis points", unit: "USD", number: true, node: (row) => usd(row.dv100_usd) },
    ],
  });
  return h("details", { class: "behind" }, h("summary", {}, "Interest rate risk, as filed"), table);
}

function oddities(issues) {
  if (!issues.length) return null;
  return notice("warn", h("p", {}, "What is odd about this filing:"), h("ul", {}, issues.map((issue) => h("li", {}, `${meaning("IssueCode", issue.code)} (${counted(issue.count, "line", "lines")})${issue.detail ? `: ${issue.detail}` : ""}`))));
}

// ------------------------------------------------------------------ lines

/** The table; its sorting and filter stand in the address. */
function lines(page, symbol, data) {
  if (!data.lines.length) return h("p", { class: "empty" }, "This filing has no line.");
  const { query } = page;
  const table = new DataTable({
    caption: `Lines of the filing of ${symbol} of ${data.report_date}, in the order of the filing`,
    rows: data.lines,
    columns: columns(),
    searched: (row) => `${row.name ?? ""} ${row.title ?? ""} ${row.isin ?? ""} ${row.cusip ?? ""} ${row.ticker ?? ""} ${row.country ?? ""} ${row.asset_class}`,
    state: { sort: query.get("filing_sort"), filter: query.get("filing_filter") },
    onState: ({ sort, filter }, isStep) => page.setQuery({ filing_sort: sort, filing_filter: filter }, { push: isStep }),
  });
  table.table.style.minWidth = "140rem";
  return table.element;
}

function columns() {
  const words = (key, label, width, shown = (value) => value) => ({
    key,
    label,
    width,
    value: (row) => (row[key] === null ? null : shown(row[key])),
    node: (row) => (row[key] === null ? none() : h("span", { title: shown(row[key]) }, shown(row[key]))),
  });
  const number = (key, label, unit, width, writer) => ({ key, label, unit, width, number: true, value: (row) => row[key], node: (row) => (row[key] === null ? none() : figure(row[key], writer)) });
  return [
    { ...words("name", "Issuer", "15rem"), header: true },
    words("title", "Title", "16rem"),
    number("weight_pct", "Weight", "%", "7rem", write.percent),
    number("value_usd", "Value", "USD", "10rem", write.count),
    number("balance", "Balance", null, "10rem", write.shares),
    words("unit", "Unit", "6.5rem", (unit) => UNITS[unit] ?? unit),
    words("asset_class", "Class", "6.5rem"),
    words("country", "Country", "10rem", countryName),
    words("currency", "Currency", "7rem"),
    words("isin", "ISIN", "10rem"),
    words("cusip", "CUSIP", "7rem"),
    words("ticker", "Ticker", "6rem"),
    number("coupon_pct", "Coupon", "%", "7.5rem", write.rate),
    words("maturity", "Maturity", "7rem"),
    number("fair_value_level", "Level", null, "6rem", write.count),
    { key: "remarks", label: "Remarks", width: "20rem", value: (row) => remarks(row) || null, node: (row) => h("span", { title: remarks(row) }, remarks(row)) },
  ];
}

function none() {
  return h("span", { class: "unknown", title: NOT_IN }, "\u2014");
}

/** What else the filing says of a line. */
function remarks(row) {
  const kind = row.derivative_kind && (DERIVATIVES[row.derivative_kind] ?? row.derivative_kind);
  return [
    row.side === "short" ? "short" : null,
    row.restricted ? "restricted" : null,
    row.in_default ? "in default" : null,
    kind,
    row.counterparty && `with ${row.counterparty}`,
    row.notional === null ? null : `on ${write.shares(row.notional)}${row.notional_currency ? ` ${row.notional_currency}` : ""}`,
    row.expiry && `until ${row.expiry}`,
    row.exchange_rate === null || row.currency === "USD" ? null : `${write.rate(row.exchange_rate)} ${row.currency ?? ""} per USD`,
    row.filed_category_detail,
  ]
    .filter(Boolean)
    .join("; ");
}

function provenance({ provenance: from }) {
  const whose = { sec: "from the SEC", sample: "from the bundled SAMPLE of the SEC, whose data is made up", file: "from a file that was taken by hand" }[from.source] ?? "from a source that is not known";
  return h("p", { class: "muted" }, `The document came ${whose}, at ${utc(from.fetched_at)}: `, h("span", { class: "hash" }, from.url || "no address"), ". It is kept as it came, as ", h("span", { class: "hash" }, from.raw_key), ", SHA-256 ", h("span", { class: "hash" }, from.raw_sha256), ".");
}
