// What drove a fund's return between two holdings dates: the contributions of its sectors, asset classes and securities.

import { address, path } from "./api.js";
import { signedBars } from "./charts_signed.js";
import { h } from "./dom.js";
import { counted, write } from "./format.js";
import { doubtful, facts, period } from "./fund_notes.js";
import { change, figure, unknown } from "./notices.js";
import { DataTable, plainTable } from "./table.js";
import { meaning, plain, reason } from "./words.js";

const DRAWN = 20;

/** The parts of an answer of /attribution. */
export function attributionOf(data, { symbol }) {
  if (data.from === data.to) return [doubtful(data), h("p", { class: "empty" }, "A return needs two dates, and only one is compared here.")];
  const show = (key) => (data[key] === null ? unknown(reason(data.reasons, key)) : change(data[key], write.points));
  return [
    h("p", {}, `${period(data)} `, h("span", { class: "muted" }, `${data.notes.returns[0].toUpperCase()}${data.notes.returns.slice(1)}.`)),
    doubtful(data),
    facts([
      ["Weight with a known return, %", figure(data.covered_pct, write.percent, data.reasons, "covered_pct")],
      ["Return of these lines, percentage points", show("return_pct")],
      ["Return by the fund\u2019s quotes, %", show("quote_return_pct")],
      ["Residual, percentage points", show("residual_pct")],
    ]),
    h("p", { class: "muted" }, "The residual is the return by the quotes less that of the lines: income, costs, trades between the dates, and lines without a known return."),
    h("div", { class: "columns" }, bySector(data, symbol), byClass(data)),
    bySecurity(data, symbol),
    notCovered(data.not_covered),
  ];
}

function columns(of, name) {
  return [
    { key: "name", label: of, header: true, node: (row) => h("span", {}, name(row)) },
    { key: "weight", label: "Weight before", unit: "%", number: true, node: (row) => figure(row.weight_from_pct, write.percent) },
    { key: "return", label: "Return", unit: "%", number: true, node: (row) => change(row.return_pct, write.points) },
    { key: "contribution", label: "Contribution", unit: "points", number: true, node: (row) => change(row.contribution_pct, write.points) },
  ];
}

function bySector({ sectors }, symbol) {
  const title = "Contribution of each sector, percentage points";
  if (!sectors.length) return null;
  return signedBars({
    title,
    of: "Sector",
    unit: "percentage points",
    name: `${symbol}-contribution-of-sectors`,
    items: sectors.map((row) => ({ name: row.sector, value: row.contribution_pct })),
    table: plainTable({ caption: title, rows: sectors, columns: columns("Sector", (row) => row.sector) }),
  });
}

function byClass({ asset_classes: rows }) {
  return plainTable({ caption: "By asset class", rows, columns: columns("Asset class", (row) => plain(row.asset_class)), empty: "There is no line whose return is known." });
}

function bySecurity({ securities }, symbol) {
  if (!securities.length) return null;
  const largest = [...securities].sort((a, b) => Math.abs(b.contribution_pct) - Math.abs(a.contribution_pct)).slice(0, DRAWN);
  const number = (key, label, unit, node) => ({ key, label, unit, width: "9rem", number: true, value: (row) => row[key], node });
  const table = new DataTable({
    caption: "Contribution of each security; a contribution is weight times return",
    rows: securities,
    noun: ["security", "securities"],
    searched: (row) => `${row.symbol ?? ""} ${row.name ?? ""}`,
    columns: [
      { key: "symbol", label: "Symbol", width: "7rem", value: (row) => row.symbol, node: (row) => (row.symbol ? h("a", { href: address(path`security/${row.symbol}`) }, row.symbol) : unknown("none")) },
      { key: "name", label: "Name", header: true, value: (row) => row.name, node: (row) => (row.name ? h("span", { title: row.name }, row.name) : unknown("none")) },
      number("weight_from_pct", "Weight before", "%", (row) => figure(row.weight_from_pct, write.percent)),
      number("return_pct", "Return", "%", (row) => change(row.return_pct, write.points)),
      number("contribution_pct", "Contribution", "points", (row) => change(row.contribution_pct, write.points)),
    ],
  });
  return signedBars({
    title: `Securities that moved it most, percentage points${largest.length < securities.length ? `: ${DRAWN} of ${write.count(securities.length)}` : ""}`,
    of: "Security",
    unit: "percentage points",
    name: `${symbol}-contributions`,
    items: largest.map((row) => ({ name: row.symbol ?? row.name ?? "without a name", value: row.contribution_pct })),
    table: table.element,
  });
}

function notCovered(rows) {
  if (!rows.length) return null;
  const table = new DataTable({
    caption: "Lines without a known return",
    rows,
    columns: [
      { key: "symbol", label: "Symbol", width: "7rem", value: (row) => row.symbol, node: (row) => row.symbol ?? unknown("none") },
      { key: "name", label: "Name", header: true, value: (row) => row.name, node: (row) => h("span", { title: row.name }, row.name ?? unknown("none")) },
      { key: "weight", label: "Weight before", unit: "%", width: "9rem", number: true, value: (row) => row.weight_from_pct, node: (row) => figure(row.weight_from_pct, write.percent) },
      { key: "why", label: "Why", width: "24rem", value: (row) => row.reason, node: (row) => h("span", { title: meaning("Reason", row.reason) }, meaning("Reason", row.reason)) },
    ],
  });
  return h("details", { class: "behind" }, h("summary", {}, `${counted(rows.length, "line has", "lines have")} no known return, and none is made up`), table.element);
}
