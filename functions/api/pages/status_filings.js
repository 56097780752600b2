// `/status`: the newest filing of each fund with the SEC, how old it is, and what went wrong when the SEC was asked.

import { address, path } from "./api.js";
import { h } from "./dom.js";
import { age, remarksOn } from "./filed.js";
import { counted, utc } from "./format.js";
import { badge, notice, unknown } from "./notices.js";
import { DataTable } from "./table.js";
import { meaning } from "./words.js";

const UNASKED = "contact_missing";
/** How the last look for filings ended, in a word or two. */
const RESULTS = { ok: ["good", "asked"], not_a_filer: ["warn", "files none"], failed: ["bad", "failed"] };

/** The part; `rows`: [{symbol, filing}] of /api/status. */
export function filingsStatus(page, rows) {
  if (!rows.length) return h("p", { class: "empty" }, "There is no fund yet.");
  const unasked = rows.filter(({ filing }) => filing.error?.code === UNASKED);
  const failed = rows.filter(({ filing }) => hasFailed(filing));
  return [
    unasked.length ? withoutContact(unasked.length) : null,
    failed.length ? notice("bad", h("p", {}, `New filings of ${counted(failed.length, "fund", "funds")} could not be fetched or read; the next weekly run tries again:`), h("ul", {}, failed.map((row) => h("li", {}, link(row), ": ", row.filing.error?.message ?? "the API does not say why")))) : null,
    table(page, rows),
  ];
}

/** Whether the SEC could not be asked, or what came could not be read. */
function hasFailed({ result, error }) {
  return result === "failed" || (result === "ok" && error !== null && error.code !== UNASKED && isFault(error.code));
}

/** Whether a code is that of an error, and not a reason why there is no filing. */
function isFault(code) {
  return meaning("ErrorCode", code) !== code;
}

/** The SEC wants to know who asks: which line to write. */
function withoutContact(count) {
  return notice(
    "warn",
    h("p", {}, `No filing is fetched for ${counted(count, "fund", "funds")}: the SEC wants to know who asks, and the config names nobody. Write this line into etl_config.yaml, with your own address:`),
    h("pre", { tabindex: "0" }, "contact: you@example.com"),
  );
}

function table(page, rows) {
  const { query } = page;
  const shown = new DataTable({
    caption: "The newest filing of each fund on Form N-PORT. Funds file every quarter, within 60 days of its end",
    rows,
    noun: ["fund", "funds"],
    state: { sort: query.get("filings_sort") },
    onState: ({ sort }, isStep) => page.setQuery({ filings_sort: sort }, { push: isStep }),
    columns: [
      { key: "symbol", label: "Fund", header: true, value: (row) => row.symbol, node: link },
      { key: "day", label: "Holdings of", value: ({ filing }) => filing.report_date, node: ({ filing }) => (filing.report_date ? [filing.report_date, filing.complete ? null : [" ", badge("warn", "partial")], remarksOn(filing)] : unknown("none here")) },
      { key: "filed", label: "Filed", value: ({ filing }) => filing.filed, node: ({ filing }) => filing.filed ?? unknown(filing.report_date ? "not known" : "none") },
      { key: "age", label: "Age", unit: "days", number: true, value: ({ filing }) => filing.age_days, node: ({ filing }) => (filing.report_date ? age(filing.age_days) : unknown("none")) },
      { key: "checked", label: "SEC asked at", unit: "UTC", value: ({ filing }) => filing.checked_at, node: ({ filing }) => (filing.checked_at ? h("span", {}, utc(filing.checked_at)) : unknown("never")) },
      { key: "result", label: "What came of it", value: ({ filing }) => filing.result, node: ({ filing }) => outcome(filing) },
    ],
  });
  return shown.element;
}

function link({ symbol, rows, last_success: success, filing }) {
  const isThere = rows !== null || success || filing.report_date;
  return isThere ? h("a", { href: address(path`etf/${symbol}`, { filing: filing.report_date }) }, symbol) : h("strong", {}, symbol);
}

/** What was said above is only named. */
function outcome(filing) {
  const { result, error, note } = filing;
  const [kind, words] = hasFailed(filing) ? RESULTS.failed : (RESULTS[result] ?? ["warn", "not asked"]);
  const isSaid = hasFailed(filing) || error?.code === UNASKED;
  return [badge(kind, words), error ? h("span", {}, ` ${isSaid ? meaning("ErrorCode", error.code) : error.message}`) : null, note ? h("span", { class: "muted" }, ` ${note}`) : null];
}
