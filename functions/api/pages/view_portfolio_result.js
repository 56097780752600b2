// What a portfolio holds: figures, exposures, sectors, concentration, cost, and what each fund does to them.

import { address, path } from "./api.js";
import { bars } from "./bars.js";
import { h } from "./dom.js";
import { changeWriter, low, write } from "./format.js";
import { factorsOf } from "./fund_factors.js";
import { badge, figure, freshness, notice, unknown } from "./notices.js";
import { doubled } from "./portfolio_doubling.js";
import { filedExposures } from "./portfolio_filed.js";
import { DataTable, plainTable } from "./table.js";
import { beside, lists, notes } from "./view_choose.js";
import { meaning, reason } from "./words.js";

const DRAWN = 20;
const CERTAIN = "Solid: for certain. Hatched: what unlisted or doubtful lines may add.";

/** The parts of the answer to a portfolio. `inUsd`: whether amounts are in USD; `status`: of /api/status. */
export function lookedThrough(answer, { inUsd, status }) {
  const { data } = answer;
  // What qualifies every figure of the whole portfolio, to stand beside it.
  const flags = () => [
    answer.stale === false ? null : [" ", freshness(answer.stale)],
    data.complete ? null : [" ", badge("warn", "partial")],
  ];
  const look = { data, inUsd, status, flags };
  return [
    part("Portfolio", [remarks(data, answer), notes(data), facts(look), positions(look)]),
    part(["What it holds", flags()], exposures(look)),
    part(["Sectors and asset classes", flags()], h("div", { class: "columns" }, sectors(look), assetClasses(look))),
    part("Countries, currencies and liquidity", filedExposures(data)),
    part(["Factors", flags()], factorsOf(data.factors, { whose: "the portfolio", head: "Portfolio", name: "portfolio-factors", why: reason(data.reasons, "factors") })),
    part(["Concentration", flags()], concentration(look)),
    part(["What each fund does to it", flags()], marginal(look)),
    part(["Which funds double", flags()], doubled(data)),
    part("What it rests on", [lists(data.holdings_as_of, status, data.lag_days) ?? h("p", {}, "No fund is among the positions."), closed(data)]),
  ];
}

/** A part with its heading, which can be a list: the heading and what qualifies all figures of the part. */
function part(heading, ...children) {
  const [words, ...qualified] = [heading].flat(1);
  return h("section", {}, h("div", { class: "head" }, h("div", {}, h("h2", { class: "beside" }, words), qualified)), ...children);
}

/** A table that scrolls on a phone rather than break its cells into single words. */
function wide(table) {
  return h("div", { class: "wide" }, table);
}

function remarks(data, answer) {
  const said = [];
  if (answer.stale && answer.staleReason) said.push(`Stale: ${answer.staleReason}.`);
  if (data.newer_snapshots?.length) said.push(`Newer lists of ${data.newer_snapshots.join(", ")} are here already; what is held directly is described by the lists before. Look through again in a few minutes.`);
  return said.length ? notice("warn", said.map((words) => h("p", {}, words))) : null;
}

// ------------------------------------------------------------------ figures

function facts({ data, inUsd, flags }) {
  const { concentration: found, cost, reasons } = data;
  const show = (value, writer, where) => [figure(value, writer, reasons, where), flags()];
  const known = cost.bps === null && cost.known_bps !== null ? h("span", { class: "muted" }, ` ${write.bps(cost.known_bps)} for the ${write.percent(cost.covered_pct)} % of it whose cost is known`) : null;
  const knownUsd = cost.usd_per_year === null && cost.known_usd_per_year !== null ? h("span", { class: "muted" }, ` ${write.usd(cost.known_usd_per_year)} for the positions whose cost is known`) : null;
  const rows = [
    [inUsd ? "Positions together, USD" : "Positions together, %", [write.percent(data.given_total), inUsd || Math.abs(data.given_total - 100) < 0.005 ? null : h("span", { class: "muted" }, " all weights are parts of this total")]],
    ["Cost, basis points a year", [figure(cost.bps, write.bps, reasons, "cost.bps"), known]],
    inUsd ? ["Cost, USD a year", [figure(cost.usd_per_year, write.usd, reasons, "cost.usd_per_year"), knownUsd]] : null,
    ["Largest security, %", show(found.top_pct["1"], write.percent, "concentration.top_pct.1")],
    ["Top 10, %", show(found.top_pct["10"], write.percent, "concentration.top_pct.10")],
    ["Effective holdings", show(found.effective_holdings, write.about, "concentration.effective_holdings")],
    ["Weight that counts, %", show(data.counted_pct, write.percent, "counted_pct")],
    ["Weight of unlisted lines, %", show(data.unseen_pct, write.percent, "unseen_pct")],
    ["In funds that stay closed, %", show(data.unresolved_pct, write.percent, "unresolved_pct")],
    ["Futures, swaps and options, %", show(data.contracts_pct, write.percent, "contracts_pct")],
  ];
  return h("dl", { class: "facts" }, rows.filter(Boolean).map(([term, value]) => h("div", {}, h("dt", {}, term), h("dd", {}, value))));
}

function positions({ data, inUsd, status }) {
  return plainTable({
    caption: "The positions, each symbol once",
    rows: data.positions,
    columns: [
      { key: "symbol", label: "Symbol", header: true, node: (row) => [h("a", { href: address(row.kind === "fund" ? path`etf/${row.symbol}` : path`security/${row.symbol}`) }, row.symbol), row.kind === "fund" ? beside(row.symbol, status) : null] },
      { key: "name", label: "Name", node: (row) => row.name ?? unknown(null) },
      { key: "kind", label: "Kind", text: (row) => row.kind },
      { key: "weight", label: "Weight", unit: "%", number: true, node: (row) => figure(row.weight_pct, write.percent) },
      inUsd ? { key: "value", label: "Amount", unit: "USD", number: true, node: (row) => figure(row.value_usd, write.usd) } : null,
    ].filter(Boolean),
  });
}

function closed({ unresolved }) {
  if (!unresolved.length) return null;
  return plainTable({
    caption: "Funds inside that stay closed: what they hold is not among the securities above",
    rows: unresolved,
    columns: [
      { key: "symbol", label: "Fund", header: true, node: (row) => row.symbol ?? unknown("without a symbol") },
      { key: "name", label: "Name", node: (row) => row.name ?? unknown(null) },
      { key: "weight", label: "Weight", unit: "%", number: true, node: (row) => figure(row.weight_pct, write.percent) },
      { key: "why", label: "Why", text: (row) => meaning("UnresolvedReason", row.why) },
    ],
  });
}

// ------------------------------------------------------------------ exposures

function exposures({ data, inUsd }) {
  if (!data.exposures) return notice("warn", h("p", {}, `What it holds cannot be shown: ${reason(data.reasons, "exposures") ?? "not known"}.`));
  const shown = (row) => row.name ?? row.symbol ?? "without a name";
  const top = data.exposures.slice(0, DRAWN);
  const through = (row) => row.through.map((each) => `${each.symbol} ${write.percent(each.weight_pct)}`).join(", ");
  const columns = [
    { key: "symbol", label: "Symbol", width: "7rem", value: (row) => row.symbol, node: (row) => (row.symbol ? h("a", { href: address(path`security/${row.symbol}`) }, row.symbol) : unknown("none")) },
    { key: "name", label: "Name", header: true, value: (row) => row.name, node: (row) => (row.name ? h("span", { title: row.name }, row.name, row.in_doubt ? " (in doubt)" : "") : unknown("none")) },
    { key: "weight", label: "Weight", unit: "%", width: "9rem", number: true, value: (row) => low(row.weight_pct), node: (row) => figure(row.weight_pct, write.percent, data.reasons, "exposures.weight_pct") },
    inUsd ? { key: "value", label: "Value", unit: "USD", width: "11rem", number: true, value: (row) => low(row.value_usd), node: (row) => figure(row.value_usd, write.usd, data.reasons, "exposures.value_usd") } : null,
    { key: "through", label: "Through", unit: "% of the portfolio", width: "16rem", value: through, node: (row) => h("span", { title: through(row) }, through(row)) },
  ].filter(Boolean);
  const table = new DataTable({
    caption: "Securities, largest first, all ways together",
    rows: data.exposures,
    columns,
    noun: ["security", "securities"],
    searched: (row) => `${row.symbol ?? ""} ${row.name ?? ""} ${row.through.map((each) => each.symbol).join(" ")}`,
    state: { sort: "-weight" },
  });
  const drawn = bars({
    heading: "The largest securities, per cent of the portfolio",
    rows: top.map((row) => ({ name: shown(row), value: row.weight_pct, why: reason(data.reasons, "exposures.weight_pct") })),
    of: "Security",
    legend: CERTAIN,
    name: "portfolio-exposures",
  });
  return [top.length ? drawn : null, wide(table.element)];
}

function sectors({ data }) {
  const rows = data.sectors.weights.map((row) => ({ name: row.sector, value: row.weight_pct, count: row.count, why: reason(data.reasons, "sectors.weights.weight_pct"), whyCount: reason(data.reasons, "sectors.weights.count") }));
  if (!rows.length) return h("p", {}, `Sectors cannot be shown: ${reason(data.reasons, "sectors.classified_pct") ?? "no line is in one"}.`);
  const source = data.sectors.source ? `Sectors like GICS, after ${data.sectors.source}, as of ${data.sectors.as_of}.` : "";
  return h("div", {}, bars({ heading: "Sectors, per cent of the portfolio", rows, of: "Sector", counted: "Securities", legend: CERTAIN, name: "portfolio-sectors" }), h("p", { class: "muted" }, source));
}

function assetClasses({ data }) {
  const rows = data.asset_classes.map((row) => ({ name: `${row.asset_class}${row.counted ? "" : " (not counted)"}`, value: row.weight_pct, count: row.count, why: reason(data.reasons, "asset_classes.weight_pct"), whyCount: reason(data.reasons, "asset_classes.count") }));
  if (!rows.length) return h("p", {}, "There is no asset class to show.");
  // Net weights of cash and contracts can be below 0, which bars of this kind cannot show.
  if (rows.some((row) => row.value !== null && low(row.value) < 0)) {
    return plainTable({
      caption: "Asset classes, per cent of the portfolio",
      rows,
      columns: [
        { key: "name", label: "Asset class", header: true, text: (row) => row.name },
        { key: "weight", label: "Weight", unit: "%", number: true, node: (row) => (row.value === null ? unknown(row.why) : figure(row.value, write.percent)) },
      ],
    });
  }
  return bars({ heading: "Asset classes, per cent of the portfolio", rows, of: "Asset class", counted: "Securities", legend: CERTAIN, name: "portfolio-asset-classes" });
}

// ------------------------------------------------------------------ concentration, what funds do

function concentration({ data, flags }) {
  const { concentration: found, reasons } = data;
  const of = (name, writer) => [figure(found[name], writer, reasons, `concentration.${name}`), flags()];
  const rows = Object.entries(found.top_pct).map(([count, value]) => ({ name: count === "1" ? "the largest" : `the ${count} largest`, value, why: reason(reasons, `concentration.top_pct.${count}`) }));
  const terms = [
    ["Securities to half of the weight", of("names_to_half", write.count)],
    ["Herfindahl index, points of 10,000", of("hhi_points", write.about)],
    ["Gini coefficient, 0 to 1", of("gini", write.index)],
  ];
  return [
    bars({ heading: "Weight of the largest securities together, per cent", rows, of: "Largest", legend: CERTAIN, name: "portfolio-concentration" }),
    h("dl", { class: "facts" }, terms.map(([term, value]) => h("div", {}, h("dt", {}, term), h("dd", {}, value)))),
  ];
}

function marginal({ data, status }) {
  if (!data.marginal.length) return h("p", {}, "No fund is among the positions.");
  const change = (way, key, label, unit, writer) => ({
    key: `${way}-${key}`,
    label,
    unit,
    number: true,
    node: (row) => figure(row[way]?.[key], changeWriter(writer), row.reasons, row[way] ? `${way}.${key}` : way),
  });
  const table = (way, caption) =>
    plainTable({
      caption,
      rows: data.marginal,
      columns: [
        { key: "symbol", label: "Fund", header: true, node: (row) => [h("a", { href: address(path`etf/${row.symbol}`) }, row.symbol), beside(row.symbol, status)] },
        { key: "weight", label: "Weight now", unit: "%", number: true, node: (row) => figure(row.weight_pct, write.percent) },
        change(way, "top_10_pct", "Top 10", "percentage points", write.percent),
        change(way, "largest_pct", "Largest security", "percentage points", write.percent),
        change(way, "hhi_points", "Herfindahl index", "points of 10,000", write.about),
        change(way, "cost_bps", "Cost", "basis points a year", write.rate),
      ],
    });
  return [
    wide(table("remove", "How the figures change without the fund, the others scaled up to 100 %")),
    wide(table("add", "How they change with 1 % of the portfolio more of it, all else scaled down to 99 %")),
  ];
}
