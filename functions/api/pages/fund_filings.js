// A fund's filings with the SEC: which there are; a row opens its lines. The one that is open stands in the address.

import { address, path } from "./api.js";
import { h } from "./dom.js";
import { exports } from "./exports.js";
import { changeWriter, write } from "./format.js";
import { age, remarksOn } from "./filed.js";
import { oneFiling } from "./fund_filing_lines.js";
import { betweenFilings } from "./fund_two_filings.js";
import { badge, change, figure, notice, unknown } from "./notices.js";
import { DataTable } from "./table.js";
import { reason } from "./words.js";

const MILLION = 1e6;

/** The section; `listed` asks for the list of filings, once. */
export function filings(page, symbol, listed) {
  const url = address(path`api/etfs/${symbol}/filings`);
  const place = h("div", { class: "opened" });
  const isOpen = page.query.has("filing");
  if (isOpen) page.top ??= place; // the address is that of these lines
  const options = { links: [{ url, csv: address(path`api/etfs/${symbol}/filings`, { format: "csv" }), name: `${symbol}-filings` }], id: "filings", isLazy: !isOpen };
  return page.section("Filings with the SEC", async () => shown(page, symbol, (await listed()).data, place), options);
}

/** Why there is no filing, or no newer one, and what to do. */
export function toldOf({ message, result }) {
  if (!message) return null;
  const words = /[.!?]$/.test(message) ? message : `${message}.`;
  return notice(result === "failed" ? "bad" : "warn", h("p", {}, words));
}

function shown(page, symbol, data, place) {
  const told = toldOf(data);
  if (!data.filings.length) return told ?? h("p", { class: "empty" }, `There is no filing of ${symbol} here.`);
  const open = (day) => {
    // Each filing has an element of its own, so that a late answer cannot take the place of a later one.
    const body = h("div", { class: "body" });
    const heading = h("h3", { tabindex: "-1" }, `The filing of ${day}`);
    const route = path`api/etfs/${symbol}/filings/${day}`;
    const links = [{ url: address(route), csv: address(route, { format: "csv" }), name: `${symbol}-filing-${day}` }];
    const isThere = data.filings.some((row) => row.report_date === day);
    place.replaceChildren(h("div", { class: "head" }, heading, isThere ? exports(links) : null), body);
    page.fill(body, () => oneFiling(page, symbol, day));
    return heading;
  };
  const chosen = (day) => {
    page.setQuery({ filing: day, filing_sort: null, filing_filter: null }, { push: true });
    table.update();
    open(day).focus();
  };
  const table = tableOf(page, symbol, data.filings, chosen);
  const asked = page.query.get("filing");
  if (asked) open(asked);
  return [
    h("p", {}, "What the fund itself reported to the SEC on Form N-PORT, months after the date and with more of each line than the list has. Choose a date to see its lines."),
    told,
    table.element,
    place,
    betweenFilings(page, symbol, data.filings),
  ];
}

function tableOf(page, symbol, rows, chosen) {
  const query = Object.fromEntries(page.query);
  const column = (key, label, width, value, node) => ({ key, label, width, value, node });
  const number = (key, label, unit, value, node) => ({ key, label, unit, width: "7rem", number: true, value, node });
  const day = (row) => {
    const click = (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return; // a window of its own
      event.preventDefault();
      chosen(row.report_date);
    };
    const isOpen = page.query.get("filing") === row.report_date;
    const link = h("a", { href: address(path`etf/${symbol}`, { ...query, filing: row.report_date }), "aria-current": isOpen ? "true" : null, onclick: click }, row.report_date);
    return [link, row.complete || row.final ? null : [" ", badge("warn", "partial")], remarksOn(row)];
  };
  return new DataTable({
    caption: "Net assets and flows are those of all share classes together; where several classes filed a return, the least and the most of them is shown",
    rows,
    noun: ["filing", "filings"],
    state: { sort: "-day" },
    columns: [
      { key: "day", label: "Holdings of", header: true, width: "10rem", value: (row) => row.report_date, node: day },
      column("filed", "Filed", "8rem", (row) => row.filed, (row) => row.filed ?? unknown("not known")),
      number("lag", "Filed after", "days", (row) => row.lag_days, (row) => age(row.lag_days)),
      number("lines", "Lines", null, (row) => row.lines, (row) => figure(row.lines, write.count, row.reasons, "lines")),
      number("net_assets", "Net assets", "USD million", (row) => row.net_assets_usd, (row) => millions(row.net_assets_usd, row)),
      { key: "returns", label: "Return of the month", unit: "%", width: "11rem", number: true, node: returns },
      { key: "flows", label: "Net flow of the month", unit: "USD million", width: "12rem", number: true, node: flows },
    ],
  });
}

function millions(value, row) {
  return value === null ? unknown(reason(row.reasons, "net_assets_usd") ?? "not in the filing") : figure(value / MILLION, write.millions);
}

/** A line for each month: the return of the ETF's own class, or the least and the most of several. */
function returns(row) {
  if (!row.returns) return unknown(reason(row.reasons, "returns"));
  const months = new Map();
  const own = row.returns.filter((each) => each.class_id === row.class_id);
  for (const { month, return_pct: value } of own.length ? own : row.returns) months.set(month, [...(months.get(month) ?? []), value]);
  const bounds = [...months].map(([month, classes]) => [month, ends(classes.filter((value) => value !== null))]);
  return monthly(bounds, (value) => (typeof value === "number" ? change(value, write.percent) : figure(value, changeWriter(write.percent))));
}

/** One number, or the bounds of several; null for none. */
function ends(values) {
  if (!values.length) return null;
  const [low, high] = [Math.min(...values), Math.max(...values)];
  return low === high ? low : { low, high };
}

function flows(row) {
  if (!row.flows) return unknown(reason(row.reasons, "flows"));
  return monthly(row.flows.map((each) => [each.month, each.net_usd === null ? null : each.net_usd / MILLION]), (value) => change(value, write.millions));
}

function monthly(months, shown) {
  if (!months.length) return unknown("not in the filing");
  return months.map(([month, value]) => h("span", { class: "month" }, h("span", { class: "day muted" }, month), h("span", {}, value === null ? unknown("not in the filing") : shown(value))));
}
