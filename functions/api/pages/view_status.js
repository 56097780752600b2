// `/status`: what failed, why, when it is tried again, and how old the data of each fund is.

import { address, path } from "./api.js";
import { h } from "./dom.js";
import { counted, newYork, utc, write } from "./format.js";
import { badge, completeness, figure, freshness, notice, unknown } from "./notices.js";
import { filingsStatus } from "./status_filings.js";
import { DataTable } from "./table.js";
import { meaning, plain } from "./words.js";

const JSON_FORM = address("api/status");
const WHEN = "from Monday to Friday at 17:30 New York time, unless the owner has set another time";
/** How a refresh ended, in a word or two beside a fund; the lists above the table say more. */
const RESULTS = {
  ok: "new data",
  page_only: "first lines only, the full list did not come",
  kept_back: "earlier list kept",
  not_an_etf: "no such ETF at the portal",
  failed: "failed",
};

export function title() {
  return "Status";
}

export function render(page) {
  const status = page.get(JSON_FORM);
  status.catch(() => {}); // each section says so
  return [
    h("h1", {}, "Status"),
    page.section("What needs attention", async () => problems(rowsOf(await status))),
    page.section("Every fund", async () => table(page, rowsOf(await status)), { links: [{ url: JSON_FORM, csv: address("api/status", { format: "csv" }), name: "status" }], id: "funds" }),
    page.section("Filings with the SEC", async () => filingsStatus(page, rowsOf(await status)), { id: "filings" }),
    alerts(),
  ];
}

function rowsOf({ data }) {
  return Object.entries(data).map(([symbol, record]) => ({ symbol, ...record }));
}

// ------------------------------------------------------------------ what needs attention

function problems(rows) {
  if (!rows.length) return notice("warn", h("p", {}, "There is no fund yet. Name the funds in etl_config.yaml (etf_symbols); the next refresh brings their data."));
  const failed = rows.filter(hasFailed);
  const pageOnly = rows.filter((row) => resultOf(row) === "page_only");
  const keptBack = rows.filter((row) => resultOf(row) === "kept_back");
  const waiting = rows.filter((row) => row.configured && !row.last_attempt);
  const stale = rows.filter((row) => row.stale && row.last_attempt && !hasFailed(row));
  const partial = rows.filter((row) => row.complete === false);
  if (![failed, pageOnly, keptBack, waiting, stale, partial].some((some) => some.length)) return notice("good", h("p", {}, "The last refresh of every fund succeeded, and every list is complete and fresh."));
  return [
    listed("bad", `${counted(failed.length, "fund", "funds")} failed at the last refresh:`, failed, failure),
    listed("bad", `${counted(pageOnly.length, "fund", "funds")} came without the full list of holdings at the last refresh:`, pageOnly, pageOnlyWords),
    listed("warn", `${counted(keptBack.length, "fund keeps its", "funds keep their")} earlier list:`, keptBack, keptBackWords),
    listed("warn", `${counted(waiting.length, "fund waits", "funds wait")} for the first refresh:`, waiting, () => `The next scheduled refresh fetches it: ${WHEN}.`),
    listed("warn", `${counted(stale.length, "fund is", "funds are")} stale:`, stale, (row) => row.stale_reasons.join("; ") || "the API does not say why"),
    listed("warn", `${counted(partial.length, "list is", "lists are")} partial, so that figures are ranges or not known:`, partial, partialWords),
  ];
}

function listed(kind, heading, rows, words) {
  if (!rows.length) return null;
  return notice(kind, h("p", {}, heading), h("ul", {}, rows.map((row) => h("li", {}, fund(row), ": ", words(row)))));
}

function resultOf(row) {
  return row.last_attempt?.result ?? null;
}

/** Whether the last attempt brought no data. Of what else went wrong with it the other lists tell. */
function hasFailed(row) {
  const result = resultOf(row);
  return result === "failed" || result === "not_an_etf" || (Boolean(row.last_attempt?.error) && !["ok", "page_only", "kept_back"].includes(result));
}

/** What the code `page_only` means for the reader. */
function pageOnlyWords(row) {
  const { error } = row.last_attempt;
  const cause = error ? ` The list did not come: ${sentence(error.message)}` : "";
  return `The portal gave the fund\u2019s page, and with it only the first lines of the holdings.${cause} Figures that need the other lines are ranges or not known. ${again(row)}`;
}

/** What the code `kept_back` means for the reader. */
function keptBackWords(row) {
  const { error } = row.last_attempt;
  return [`What came at ${utc(row.last_attempt.at)} is not shown, because ${error ? reasonOf(error) : meaning("ResultCode", "kept_back")}. Nothing needs to be done.`, kept(row)];
}

function reasonOf({ code, message }) {
  return ["older_run", "fewer_lines"].includes(code) ? meaning("ErrorCode", code) : message.replace(/\.$/, "");
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
  if (!row.configured && !row.reference_for) return "It is not tried again, because etl_config.yaml does not name it.";
  if (row.last_attempt.result === "not_an_etf") return "Check the symbol in etl_config.yaml: every refresh tries it again, and fails as long as the portal has no such ETF.";
  if (row.last_attempt.error?.code === "interrupted") return "What was fetched is kept, and the hourly sweep tries it again; on one machine the next start does.";
  return `The next scheduled refresh tries it again: ${WHEN}. On one machine it is tried again after half an hour.`;
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

/** Why a fund is here that etf_symbols does not name. */
function standing(row) {
  if (row.configured) return null;
  if (row.reference_for) return h("span", { class: "muted" }, `stands for ${plain(row.reference_for)}`);
  if (row.filing && !row.last_attempt && !row.holdings_as_of) return h("span", { class: "muted" }, "filings alone");
  return badge("warn", "no longer configured");
}

function columns() {
  const moment = (get, words) => ({ value: (row) => get(row) ?? null, node: (row) => (get(row) ? h("span", {}, words(get(row))) : unknown("none yet")) });
  return [
    { key: "symbol", label: "Fund", header: true, value: (row) => row.symbol, node: (row) => [fund(row), " ", standing(row)] },
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
  const kind = hasFailed(row) || result === "page_only" ? "bad" : result === "ok" ? "good" : "warn";
  return [badge(kind, RESULTS[result] ?? meaning("ResultCode", result)), row.last_attempt.error ? h("span", {}, ` ${row.last_attempt.error.message}`) : null];
}

// ------------------------------------------------------------------ alerts

/** How to be told. The API does not say whether alerts are on. */
function alerts() {
  const code = (words) => h("code", {}, words);
  return h(
    "section",
    { id: "alerts" },
    h("div", { class: "head" }, h("h2", {}, "Alerts and feeds")),
    h("p", {}, "Whoever runs this installation can have changes and failed refreshes told after each refresh. This page cannot see whether that is switched on: look for ", code("alerts"), " in ", code("etl_config.yaml"), "."),
    h("pre", { tabindex: "0" }, "alerts: {symbols: all, min_trade_pct: 0.5, added: true, removed: true, failed: true}"),
    h(
      "ul",
      {},
      h("li", {}, code("min_trade_pct"), ": a security that was bought or sold for at least so many per cent of the fund. ", code("added"), " and ", code("removed"), ": securities that came or went. ", code("failed"), ": a refresh that failed, and why. ", code("false"), " switches one off."),
      h("li", {}, "On one machine alerts are printed in the terminal and added to ", code("downloads/changes.csv"), ". On AWS they go to the SNS topic ", code("Changes"), ", and by e-mail to the address in the parameter ", code("ChangesEmail"), "."),
      h("li", {}, "Anybody can follow the ", h("a", { href: address("api/changes.atom"), "data-save": "changes.atom", type: "application/atom+xml" }, "changes of all funds"), " in a feed reader (Atom); each fund has a feed of its own in its view. If the API is locked, give the reader any user name, and the access token as the password."),
    ),
  );
}

// ------------------------------------------------------------------ cells

function lines(row) {
  if (row.rows === null) return unknown("no data yet");
  return [figure(row.rows, write.count), " ", completeness({ complete: row.complete, included: row.rows, reported: row.reported })];
}
