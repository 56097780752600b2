// `/status`: what failed, why, when it is tried again, and how old the data of each fund is.

import { address, path } from "./api.js";
import { h } from "./dom.js";
import { counted, newYork, utc, write } from "./format.js";
import { badge, completeness, figure, freshness, notice, unknown } from "./notices.js";
import { DataTable } from "./table.js";
import { meaning } from "./words.js";

const JSON_FORM = address("api/status");

export function title() {
  return "Status";
}

export function render(page) {
  const status = page.get(JSON_FORM);
  status.catch(() => {}); // each section says so
  return [
    h("h1", {}, "Status"),
    page.section("What needs attention", async () => problems(rowsOf(await status))),
    page.section("Every fund", async () => table(page, rowsOf(await status)), { links: [{ url: JSON_FORM, name: "status" }] }),
  ];
}

function rowsOf({ data }) {
  return Object.entries(data).map(([symbol, record]) => ({ symbol, ...record }));
}

// ------------------------------------------------------------------ what needs attention

function problems(rows) {
  if (!rows.length) return notice("warn", h("p", {}, "There is no fund yet. Name the funds in etl_config.yaml (etf_symbols); the next refresh brings their data."));
  const failed = rows.filter(hasFailed);
  const stale = rows.filter((row) => row.stale && !hasFailed(row));
  const partial = rows.filter((row) => row.complete === false);
  if (!failed.length && !stale.length && !partial.length) return notice("good", h("p", {}, "The last refresh of every fund succeeded, and every list is complete and fresh."));
  return [
    listed("bad", `${counted(failed.length, "fund", "funds")} failed at the last refresh:`, failed, failure),
    listed("warn", `${counted(stale.length, "fund is", "funds are")} stale:`, stale, (row) => row.stale_reasons.join("; ") || "the API does not say why"),
    listed("warn", `${counted(partial.length, "list is", "lists are")} partial, so that figures are ranges or not known:`, partial, partialWords),
  ];
}

function listed(kind, heading, rows, words) {
  if (!rows.length) return null;
  return notice(kind, h("p", {}, heading), h("ul", {}, rows.map((row) => h("li", {}, fund(row), ": ", words(row)))));
}

/** Whether the last attempt brought an error; a list of the page's first rows only is told as partial. */
function hasFailed(row) {
  return Boolean(row.last_attempt?.error) || row.last_attempt?.result === "failed" || row.last_attempt?.result === "not_an_etf";
}

function failure(row) {
  return [sentence(why(row.last_attempt)), " ", again(row), kept(row)];
}

function why({ result, error }) {
  if (!error) return meaning("ResultCode", result);
  return [meaning("ErrorCode", error.code), error.message].filter(Boolean).join(": ");
}

function sentence(words) {
  return /[.!?]$/.test(words) ? words : `${words}.`;
}

function again(row) {
  if (!row.configured) return "It is not tried again, because etl_config.yaml does not name it.";
  if (row.last_attempt.result === "not_an_etf") return "Check the symbol in etl_config.yaml: every refresh tries it again, and fails as long as the portal has no such ETF.";
  return "The next scheduled refresh tries it again: from Monday to Friday at 17:30 New York time, unless the owner has set another time. On one machine it is tried again after half an hour.";
}

function kept(row) {
  if (!row.last_success) return " There is no data of an earlier refresh.";
  return ` What is shown meanwhile is of ${row.last_success.holdings_as_of}, fetched at ${utc(row.last_success.fetched_at)}.`;
}

function partialWords(row) {
  const all = row.reported === null ? "an unknown number of" : write.count(row.reported);
  return row.rows === null ? "nobody knows how many lines there are" : `${write.count(row.rows)} of ${all} lines are known`;
}

// ------------------------------------------------------------------ the table

function fund(row) {
  return row.rows === null && !row.last_success ? h("strong", {}, row.symbol) : h("a", { href: address(path`etf/${row.symbol}`) }, row.symbol);
}

function table(page, rows) {
  if (!rows.length) return h("p", { class: "empty" }, "There is no fund yet.");
  const { query } = page;
  const shown = new DataTable({
    caption: "Times of fetches and refreshes in UTC, of quotes in New York time",
    columns: columns(),
    rows,
    searched: (row) => `${row.symbol} ${row.last_attempt?.result ?? ""} ${row.last_attempt?.error?.message ?? ""}`,
    noun: ["fund", "funds"],
    state: { sort: query.get("sort"), filter: query.get("filter") },
    onState: ({ sort, filter }, isStep) => page.setQuery({ sort, filter }, { push: isStep }),
  });
  return shown.element;
}

function columns() {
  const moment = (get, words) => ({ value: (row) => get(row) ?? null, node: (row) => (get(row) ? h("span", {}, words(get(row))) : unknown("none yet")) });
  return [
    { key: "symbol", label: "Fund", header: true, value: (row) => row.symbol, node: (row) => [fund(row), row.configured ? null : [" ", badge("warn", "no longer configured")]] },
    { key: "attempt", label: "Last refresh", value: (row) => row.last_attempt?.result ?? null, node: attempt },
    { key: "attempt_at", label: "Ended", unit: "UTC", ...moment((row) => row.last_attempt?.at, utc) },
    { key: "holdings_as_of", label: "Holdings of", value: (row) => row.holdings_as_of, node: (row) => [row.holdings_as_of ?? unknown("no data yet"), " ", freshness(row.stale, row.stale_reasons.join("; "))] },
    { key: "quote_as_of", label: "Quote of", ...moment((row) => row.quote_as_of, newYork) },
    { key: "fetched_at", label: "Fetched", unit: "UTC", ...moment((row) => row.fetched_at, utc) },
    { key: "lines", label: "Lines", number: true, value: (row) => row.rows, node: lines },
    { key: "source", label: "Source", value: (row) => row.source, node: (row) => h("span", {}, { schwab: "Schwab", sample: "SAMPLE, made up" }[row.source] ?? "not known") },
  ];
}

function attempt(row) {
  if (!row.last_attempt) return unknown("none yet");
  const { result } = row.last_attempt;
  const kind = hasFailed(row) ? "bad" : result === "ok" ? "good" : "warn";
  return [badge(kind, meaning("ResultCode", result)), row.last_attempt.error ? h("span", {}, ` ${row.last_attempt.error.message}`) : null];
}

function lines(row) {
  if (row.rows === null) return unknown("no data yet");
  return [figure(row.rows, write.count), " ", completeness({ complete: row.complete, included: row.rows, reported: row.reported })];
}
