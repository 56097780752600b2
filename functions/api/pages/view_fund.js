// `/etf/{symbol}`: one fund. Each part is a section of its own; what belongs to another part of the API has a module.

import { address, ApiError, path } from "./api.js";
import { bars } from "./bars.js";
import { h } from "./dom.js";
import { announceFeed } from "./exports.js";
import { counted, newYork, text, utc, write } from "./format.js";
import { changesBetween } from "./fund_changes.js";
import { concentrationCurve, treemap } from "./fund_charts.js";
import { datesOf, overTime } from "./fund_history.js";
import { holdingsTable } from "./fund_holdings.js";
import { factorsSection } from "./fund_factors.js";
import { filedFigures } from "./fund_filed.js";
import { filings } from "./fund_filings.js";
import { facts } from "./fund_notes.js";
import { reconciliation } from "./fund_reconcile.js";
import { substitutesSection } from "./fund_substitutes.js";
import { badge, change, completeness, figure, freshness, notice, unknown } from "./notices.js";
import { plainTable } from "./table.js";
import { shared } from "./view_choose.js";
import { flaws, meaning, plain, reason } from "./words.js";

/** With so many of the most similar funds it is compared. */
const COMPARED = 4;
const LISTED = "Solid: listed. Hatched: what unlisted lines may add.";

const symbolOf = (params) => params.symbol.trim().toUpperCase().replaceAll("/", ".");

export function title(params) {
  return symbolOf(params);
}

export async function render(page) {
  const symbol = symbolOf(page.params);
  const asOf = page.query.get("as_of");
  const urls = {
    snapshot: address(path`api/etfs/${symbol}`, { as_of: asOf }),
    holdings: address(path`api/etfs/${symbol}/holdings`, { as_of: asOf, format: "csv" }),
    analytics: address(path`api/etfs/${symbol}/analytics`, { as_of: asOf }),
    figures: address(path`api/etfs/${symbol}/analytics`, { as_of: asOf, format: "csv" }),
  };
  const analytics = page.get(urls.analytics);
  analytics.catch(() => {}); // each section says so
  let snapshot;
  const listed = shared(() => page.get(address(path`api/etfs/${symbol}/filings`)));
  try {
    snapshot = await page.get(urls.snapshot);
  } catch (error) {
    if (!(error instanceof ApiError) || ![400, 404].includes(error.status)) throw error;
    return (error.status === 404 && !asOf && (await onFilings(page, symbol, listed, error))) || missing(symbol, asOf, error);
  }
  const fund = { symbol, asOf, urls, ...snapshot, analytics };
  page.title(`${symbol} ${fund.data.name ?? ""}`.trim());
  const dated = datesOf(page, symbol);
  dated.catch(() => {});
  announceFeed(page, address(path`api/etfs/${symbol}/changes.atom`), `Changes of ${symbol}`);
  return [
    h("h1", {}, `${symbol} `, h("span", { class: "muted" }, fund.data.name ?? "")),
    asOf ? older(symbol, asOf) : null,
    quote(fund),
    page.section("Figures", () => figures(fund), { links: [{ url: urls.analytics, csv: urls.figures, name: `${symbol}-analytics` }] }),
    page.section("What it holds", () => composition(fund), { links: [{ url: urls.analytics, csv: urls.figures, name: `${symbol}-analytics` }] }),
    page.section("Countries, currencies and liquidity", () => filedFigures(fund), { links: [{ url: urls.analytics, csv: urls.figures, name: `${symbol}-analytics` }], id: "countries" }),
    factorsSection(page, fund),
    page.section("Holdings", () => holdings(page, fund), { links: [{ url: urls.snapshot, csv: urls.holdings, name: symbol }] }),
    changesBetween(page, fund, dated),
    overTime(page, fund, dated),
    filings(page, symbol, listed),
    reconciliation(page, fund, listed),
    page.section("Similar funds", () => similar(page, fund), {
      links: [{ url: address(path`api/similar/${symbol}`), csv: address(path`api/similar/${symbol}`, { format: "csv" }), name: `${symbol}-similar` }],
    }),
    substitutesSection(page, fund),
    section("Quality", quality(fund)),
    section("Where it comes from", provenance(fund)),
  ];
}

function section(heading, ...children) {
  return h("section", {}, h("div", { class: "head" }, h("h2", {}, heading)), ...children);
}

function missing(symbol, asOf, error) {
  const message = /[.!?]$/.test(error.message) ? error.message : `${error.message}.`;
  return [
    h("h1", {}, asOf ? `${symbol} on ${asOf}` : symbol),
    notice(
      "warn",
      h("p", {}, message),
      h(
        "p",
        {},
        "What you can do: ",
        asOf ? [h("a", { href: address(path`etf/${symbol}`) }, `see the newest data of ${symbol}`), ", or "] : null,
        h("a", { href: address("", { q: symbol }) }, `search for ${symbol} among funds and securities`),
        ".",
      ),
    ),
  ];
}

/** A fund without a list, of which there are filings: all figures are those of the newest one. Null if there is none. */
async function onFilings(page, symbol, listed, error) {
  let found;
  try {
    found = (await listed()).data.filings;
  } catch (refused) {
    if (!(refused instanceof ApiError) || ![400, 404].includes(refused.status)) throw refused;
    return null;
  }
  if (!found.length) return null;
  const url = address(path`api/etfs/${symbol}/analytics`, { basis: "filing" });
  const links = [{ url, name: `${symbol}-analytics-filing` }];
  const fund = { symbol, analytics: page.get(url) };
  fund.analytics.catch(() => {}); // each section says so
  return [
    h("h1", {}, symbol),
    notice("warn", h("p", {}, `There is no list of ${symbol} from the portal: everything here rests on what the fund reported to the SEC.`), h("p", {}, `Why there is no list: ${error.message.replace(/[.]$/, "")}.`)),
    page.section("Figures", () => figures(fund), { links }),
    page.section("What it holds", () => composition(fund), { links }),
    page.section("Countries, currencies and liquidity", () => filedFigures(fund, { isOnly: true }), { links, id: "countries" }),
    filings(page, symbol, listed),
  ];
}

function older(symbol, asOf) {
  return notice("warn", h("p", {}, `These are the holdings of ${asOf}. `, h("a", { href: address(path`etf/${symbol}`) }, "See the newest"), "."));
}

// ------------------------------------------------------------------ quote and figures

function quote(fund) {
  const { summary, totals, quality: judged, holdings_as_of: day } = fund.data;
  const size = (value, count) => [figure(value, write.usd), count ? h("span", { class: "muted" }, ` for ${write.count(count)}`) : null];
  // Of an older date nothing is overdue; its quote is that of the day when it was fetched.
  const why = (fund.staleReason ?? "").replaceAll(`${fund.symbol}: `, "");
  const stale = fund.asOf && !fund.stale ? null : freshness(fund.stale, why);
  const beside = fund.stale === false ? null : [" ", freshness(fund.stale)];
  return facts([
    [fund.asOf ? "Price then, USD" : "Last price, USD", [figure(summary.last_price, write.usd), beside]],
    ["Change, USD", [change(summary.change_abs, write.usd), beside && [" ", freshness(fund.stale)]]],
    ["Change, %", [change(summary.change_pct, write.percent), beside && [" ", freshness(fund.stale)]]],
    ["Quote of", [newYork(summary.as_of), summary.session === "close" ? " (close)" : ""]],
    ["Bid, USD", size(summary.bid, summary.bid_size)],
    ["Ask, USD", size(summary.ask, summary.ask_size)],
    ["Volume, shares", figure(summary.volume, write.count)],
    ["Holdings of", [day, " ", stale]],
    [
      "Lines",
      [
        text(totals.included, write.count),
        totals.reported === null ? " of an unknown number" : ` of ${write.count(totals.reported)}`,
        " ",
        completeness({ complete: judged.complete, ...totals }),
      ],
    ],
    ["Listed weight, %", [figure(totals.weight_pct, write.percent), judged.complete ? null : [" ", badge("warn", "of the listed lines only")]]],
  ]);
}

async function figures(fund) {
  const { data } = await fund.analytics;
  const { concentration, reasons } = data;
  const show = (value, writer, where) => figure(value, writer, reasons, where);
  const of = (name, writer) => show(concentration[name], writer, `concentration.${name}`);
  const wrong = flaws(data.flaws);
  return [
    wrong.length ? notice("bad", h("p", {}, "Some figures may be wrong:"), h("ul", {}, wrong.map(([where, words]) => h("li", {}, `${where}: ${words}`)))) : null,
    facts([
      ["Cost, % a year", [show(data.cost.expense_ratio_pct, write.rate, "cost.expense_ratio_pct"), data.cost.source ? h("span", { class: "muted" }, ` ${data.cost.source}, ${data.cost.as_of}`) : null]],
      ["Spread, basis points", show(data.spread_bps, write.bps, "spread_bps")],
      ["Largest holding, %", show(concentration.top_pct["1"], write.percent, "concentration.top_pct.1")],
      ["Top 10, %", show(concentration.top_pct["10"], write.percent, "concentration.top_pct.10")],
      ["Top 50, %", show(concentration.top_pct["50"], write.percent, "concentration.top_pct.50")],
      ["Effective holdings", of("effective_holdings", write.about)],
      ["Holdings to half of the weight", of("names_to_half", write.count)],
      ["Herfindahl index, points of 10,000", of("hhi_points", write.about)],
      ["Gini coefficient, 0 to 1", of("gini", write.index)],
      ["Weight that counts, %", show(data.counted_pct, write.percent, "counted_pct")],
      ["Weight of unlisted lines, %", show(data.unseen_pct, write.percent, "unseen_pct")],
      ["Cash, contracts and short lines, %", show(data.excluded_pct, write.percent, "excluded_pct")],
    ]),
    notes(data),
  ];
}

/** What the figures rest on, where they are bounds or in doubt. */
function notes({ assumptions, doubts }) {
  if (!assumptions.length && !doubts.length) return null;
  return notice(
    "warn",
    assumptions.length ? [h("p", {}, "Ranges show the least and the most that a figure can be. They assume:"), h("ul", {}, assumptions.map((words) => h("li", {}, words)))] : null,
    doubts.length
      ? [
          h("p", {}, "In doubt is whether these lines are one security; figures that depend on it are ranges:"),
          h("ul", {}, doubts.slice(0, 20).map((doubt) => h("li", {}, `${doubt.symbol ?? "no symbol"}: ${doubt.names.map((name) => name ?? "no name").join(" / ")} (${meaning("DoubtReason", doubt.why)})`))),
          doubts.length > 20 ? h("p", {}, `and ${counted(doubts.length - 20, "more", "more")}; the JSON has all.`) : null,
        ]
      : null,
  );
}

// ------------------------------------------------------------------ composition

async function composition(fund) {
  const { data } = await fund.analytics;
  return [
    treemap(data, fund),
    h("div", { class: "columns" }, sectors(data, fund), assetClasses(data, fund)),
    fund.data ? concentrationCurve(data, fund) : null, // it is drawn from the list
  ];
}

function sectors({ sectors: found, reasons }, fund) {
  const rows = found.weights.map((row) => ({
    name: row.sector,
    value: row.weight_pct,
    count: row.count,
    why: reason(reasons, "sectors.weights.weight_pct"),
    whyCount: reason(reasons, "sectors.weights.count"),
  }));
  const note = found.source ? `Sectors like GICS, after ${found.source}, as of ${found.as_of}. Unclassified lines are in no sector.` : null;
  return bars({ heading: "Sectors, per cent of weight", rows, of: "Sector", counted: "Lines", legend: LISTED, note, name: `${fund.symbol}-sectors` });
}

function assetClasses({ asset_classes: found, reasons }, fund) {
  const rows = found.map((row) => ({
    name: `${row.asset_class}${row.counted ? "" : " (not counted)"}`,
    value: row.weight_pct,
    count: row.count,
    why: reason(reasons, "asset_classes.weight_pct"),
    whyCount: reason(reasons, "asset_classes.count"),
  }));
  const note = "Cash and contracts do not count in the other figures; theirs is the net weight.";
  return bars({ heading: "Asset classes, per cent of weight", rows, of: "Asset class", counted: "Lines", legend: LISTED, note, name: `${fund.symbol}-asset-classes` });
}

// ------------------------------------------------------------------ holdings, similar funds

function holdings(page, fund) {
  const { complete } = fund.data.quality;
  return [
    complete ? null : notice("warn", h("p", {}, "This list is partial: lines that are not here may be in the fund.")),
    holdingsTable(page, fund).element,
  ];
}

async function similar(page, fund) {
  const { data } = await page.get(address(path`api/similar/${fund.symbol}`, { limit: 10 }));
  const difference = (row) =>
    row.sector_differences.slice(0, 2).map((each) => `${each.sector} ${text(each.weight_a_pct, write.percent)} against ${text(each.weight_b_pct, write.percent)}`).join("; ");
  const most = [fund.symbol, ...data.similar.slice(0, COMPARED).map((row) => row.symbol)].join(",");
  const onward = h(
    "p",
    { class: "exports" },
    h("a", { href: address("compare", { symbols: most }) }, "Compare it with the most similar"),
    h("a", { href: address("overlap", { symbols: most }) }, "What they have in common"),
  );
  const table = plainTable({
    caption: `The funds that have most in common with the newest holdings of ${fund.symbol}, of ${counted(data.compared, "fund", "funds")} compared`,
    rows: data.similar,
    empty: data.note ?? `No fund here has anything in common with ${fund.symbol} for certain.`,
    columns: [
      { key: "symbol", label: "Fund", header: true, node: (row) => h("a", { href: address(path`etf/${row.symbol}`) }, row.symbol) },
      { key: "name", label: "Name", text: (row) => row.name ?? "" },
      { key: "overlap", label: "Overlap", unit: "%", number: true, node: (row) => h("a", { href: address("overlap", { symbols: `${fund.symbol},${row.symbol}` }) }, figure(row.overlap_pct, write.percent, row.reasons, "overlap_pct")) },
      { key: "common", label: "Common securities", number: true, node: (row) => figure(row.common_count, write.count, row.reasons, "common_count") },
      { key: "cost", label: "Cost", unit: "% a year", number: true, node: (row) => figure(row.expense_ratio_pct, write.rate, row.reasons, "expense_ratio_pct") },
      { key: "list", label: "List", node: (row) => h("span", {}, row.holdings_as_of, " ", row.complete ? null : badge("warn", "partial")) },
      { key: "differs", label: `Sectors that differ most: ${fund.symbol} against it`, unit: "%", node: (row) => (row.sector_differences ? difference(row) : unknown(reason(row.reasons, "sector_differences"))) },
    ],
  });
  return [data.similar.length ? onward : null, table];
}

// ------------------------------------------------------------------ quality and provenance

function quality({ data }) {
  const { issues, complete } = data.quality;
  if (!issues.length) return h("p", {}, badge("good", "no issues"), ` Every line of the source could be read${complete ? ", and the list is complete" : ""}.`);
  return plainTable({
    caption: "What is odd about the source of this list",
    rows: issues,
    columns: [
      { key: "what", label: "Issue", header: true, text: (row) => meaning("IssueCode", row.code) },
      { key: "count", label: "Lines", number: true, node: (row) => figure(row.count, write.count) },
      { key: "detail", label: "Detail", text: (row) => row.detail ?? "" },
      { key: "rows", label: "First lines", text: (row) => (row.rows ?? []).slice(0, 5).map((line) => write.count(line)).join(", ") },
      { key: "code", label: "Code", text: (row) => plain(row.code) },
    ],
  });
}

function provenance({ data, symbol }) {
  const from = data.provenance;
  if (!from) return h("p", {}, unknown("this snapshot does not say"));
  const whose = from.source === "sample" ? "the bundled SAMPLE portal, whose data is made up" : "Schwab's research portal";
  const files = [
    ["the page", from.raw_key, from.raw_sha256],
    ...(from.parts ?? []).map((part, at) => [`answer ${at + 1} with holdings`, part.key, part.sha256]),
  ];
  return [
    h("p", {}, `Everything here was read from ${whose}, for ${symbol}, at ${utc(from.fetched_at)}. The answers are kept as they came; their SHA-256 shows that they were not changed.`),
    plainTable({
      caption: "The portal's answers, as stored",
      rows: files,
      columns: [
        { key: "what", label: "Answer", header: true, text: ([what]) => what },
        { key: "key", label: "Stored as", node: ([, key]) => h("span", { class: "hash" }, key ?? "") },
        { key: "sha", label: "SHA-256", node: ([, , sha]) => h("span", { class: "hash" }, sha ?? "") },
      ],
    }),
    h("p", { class: "muted" }, "Address asked: ", h("span", { class: "hash" }, from.url ?? "not known")),
  ];
}
