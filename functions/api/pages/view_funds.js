// `/`: the funds, a search box, and a heat map of what they have in common.

import { address, ApiError, path } from "./api.js";
import { debounced, h } from "./dom.js";
import { counted, low, text, write } from "./format.js";
import { badge, change, completeness, failure, figure, freshness, notice, unknown } from "./notices.js";
import { overlapHeat } from "./overlap_chart.js";
import { recentChanges } from "./recent_changes.js";
import { DataTable } from "./table.js";
import { plain, reason } from "./words.js";

/** As many funds as one question may name. */
const PAGE = 30;
const MISSING_SHOWN = 20;
const NO_FIGURES = "the figures cannot be shown";

export function title() {
  return "Funds";
}

export function render(page) {
  const asked = Math.max(1, Number.parseInt(page.query.get("page") ?? "1", 10) || 1);
  const lists = Promise.all([page.get(address("api/etfs")), page.get(address("api/status"))]);
  const chosen = lists.then(([etfs]) => {
    const number = Math.min(asked, lastPage(etfs.data.length));
    return etfs.data.slice((number - 1) * PAGE, number * PAGE);
  });
  lists.catch(() => {}); // each section says so
  chosen.catch(() => {});
  return [
    h("h1", {}, "Funds"),
    search(page),
    page.section("The funds", () => funds(page, asked, lists, chosen), { links: chosen.then((symbols) => shown("compare", symbols)) }),
    page.section("What they have in common", async () => [onward(await chosen), await overlap(page, chosen)], { links: chosen.then((symbols) => shown("overlap", symbols)) }),
    recentChanges(page, lists.then(([etfs]) => etfs.data)),
  ];
}

/** The answers about the funds that a part shows; one fund alone is compared with nothing. */
function shown(name, symbols) {
  if (symbols.length === 1 && name === "compare") return [{ url: address("api/screen"), csv: address("api/screen", { format: "csv" }), name: "funds" }];
  if (symbols.length < 2) return [];
  const asked = { symbols: symbols.join(",") };
  return [{ url: address(`api/${name}`, asked), csv: address(`api/${name}`, { ...asked, format: "csv" }), name }];
}

/** Links to the views of several funds, with those that are listed. */
function onward(symbols) {
  if (symbols.length < 2) return null;
  const asked = { symbols: symbols.join(",") };
  return h("p", { class: "exports" }, h("a", { href: address("overlap", asked) }, "Overlap, name by name"), h("a", { href: address("compare", asked) }, "All figures side by side"));
}

// ------------------------------------------------------------------ search

function search(page) {
  const results = h("div", { "aria-live": "polite" });
  const input = h("input", { id: "search", type: "search", autocomplete: "off", spellcheck: "false", maxlength: "80", value: page.query.get("q") ?? "" });
  let last = { words: "", answered: null };
  const find = () => {
    const words = input.value.trim();
    if (words !== last.words) last = { words, answered: ask(words) };
    return last.answered;
  };
  const ask = async (words) => {
    page.setQuery({ q: words });
    if (!words) return results.replaceChildren();
    try {
      const { data } = await page.get(address("api/search", { q: words, limit: 10 }));
      if (words === last.words) results.replaceChildren(found(data, words));
    } catch (error) {
      if (words !== last.words || page.signal.aborted) return;
      last = { words: null, answered: null };
      results.replaceChildren(failure(error, find));
    }
  };
  input.addEventListener("input", debounced(find, 200));
  if (input.value) find();
  const submit = async (event) => {
    event.preventDefault();
    await find(); // what is shown can still be of fewer letters
    if (!page.signal.aborted && last.words === input.value.trim()) results.querySelector("a")?.click();
  };
  return h("form", { role: "search", onsubmit: submit }, h("div", { class: "controls" }, h("label", { for: "search" }, "Find a fund or a security"), input), results);
}

function found(data, words) {
  if (!data.funds.length && !data.securities.length) return h("p", { class: "empty" }, `No fund and no security here matches "${words}".`);
  const funds = data.funds.map((fund) => h("li", {}, h("a", { href: address(path`etf/${fund.symbol}`) }, fund.symbol), " ", h("bdi", {}, fund.name ?? ""), " ", fund.basis === "filing" ? badge("warn", "fund, filings only") : badge("good", "fund")));
  const securities = data.securities.map((security) => {
    const name = h("bdi", {}, security.name ?? "without a name"); // a name may turn what stands after it around
    const linked = security.symbol ? [h("a", { href: address(path`security/${security.symbol}`) }, security.symbol), " ", name] : [name];
    return h("li", {}, linked, h("span", { class: "muted" }, ` ${plain(security.asset_class)}, in ${counted(security.funds, "fund", "funds")}`));
  });
  return h("ul", { class: "results" }, funds, securities);
}

// ------------------------------------------------------------------ the list

async function funds(page, asked, lists, chosen) {
  const [etfs, status] = await lists;
  const symbols = await chosen;
  const without = Object.entries(status.data).filter(([symbol, record]) => record.configured && !etfs.data.includes(symbol));
  if (!etfs.data.length && !without.length) {
    return notice("warn", h("p", {}, "There is no fund yet. Name the funds in etl_config.yaml (etf_symbols); the next refresh brings their data."));
  }
  const { figures, problem } = await compared(page, symbols);
  const rows = symbols.map((symbol) => ({ symbol, status: status.data[symbol] ?? {}, figures: figures.get(symbol) ?? null }));
  const table = new DataTable({
    caption: "Price and change as of the quote; lines and weights as of the holdings date",
    columns: columns(),
    rows,
    searched: (row) => `${row.symbol} ${row.figures?.name ?? ""}`,
    noun: ["fund", "funds"],
    state: { sort: page.query.get("sort"), filter: page.query.get("filter") },
    onState: ({ sort, filter }, isStep) => page.setQuery({ sort, filter }, { push: isStep }),
  });
  return [
    problem ? notice("warn", h("p", {}, "The figures of these funds cannot be shown: ", problem.message)) : null,
    rows.length ? table.element : null,
    pages(page, Math.min(asked, lastPage(etfs.data.length)), etfs.data.length),
    without.length ? missing(without) : null,
  ];
}

/** Name, quote and figures of each fund, by symbol; and the error if the API cannot give them. */
async function compared(page, symbols) {
  if (!symbols.length) return { figures: new Map() };
  try {
    const url = symbols.length > 1 ? address("api/compare", { symbols: symbols.join(",") }) : null;
    const found = url ? (await page.get(url)).data.funds : [await single(page, symbols[0])];
    return { figures: new Map(found.map((fund) => [fund.symbol, fund])) };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { figures: new Map(), problem: error };
  }
}

/** The same of one fund alone, which the API compares with nothing. */
async function single(page, symbol) {
  const [snapshot, analytics] = await Promise.all([
    page.get(address(path`api/etfs/${symbol}`)),
    page.get(address(path`api/etfs/${symbol}/analytics`)),
  ]);
  const { name, summary } = snapshot.data;
  const { concentration, cost, reasons, holdings_as_of } = analytics.data;
  const moved = Object.fromEntries(Object.entries(reasons).map(([where, code]) => [where.replace(/^concentration\.top_pct\.10$/, "top_10_pct"), code]));
  return { symbol, name, holdings_as_of, quote: summary, concentration, cost, reasons: moved, top_10_pct: concentration.top_pct["10"] };
}

function columns() {
  const of = (get) => (row) => (row.figures ? get(row.figures) : null);
  const known = (get, writer, where) => (row) => (row.figures ? figure(get(row.figures), writer, row.figures.reasons, where) : unknown(NO_FIGURES));
  // A refresh can come between the answers that a row is made of: then its figures are of another list than its date.
  const dated = (get, writer, where) => (row) => [known(get, writer, where)(row), row.figures && row.figures.holdings_as_of !== row.status.holdings_as_of ? [" ", badge("warn", `of ${row.figures.holdings_as_of}`)] : null];
  const price = (row) => [known((fund) => fund.quote.last_price, write.usd, "quote.last_price")(row), row.status.stale === false ? null : [" ", freshness(row.status.stale)]];
  const top = (fund) => fund.top_10_pct;
  const effective = (fund) => fund.concentration.effective_holdings;
  const cost = (fund) => fund.cost.expense_ratio_pct;
  return [
    { key: "symbol", label: "Fund", header: true, value: (row) => row.symbol, node: (row) => h("a", { href: address(path`etf/${row.symbol}`) }, row.symbol) },
    { key: "name", label: "Name", width: "14em", value: of((fund) => fund.name), node: (row) => (row.figures?.name ? h("span", { class: "fund-name" }, row.figures.name) : unknown(row.figures ? null : NO_FIGURES)) },
    { key: "price", label: "Price", unit: "USD", number: true, value: of((fund) => fund.quote.last_price), node: price },
    { key: "change", label: "Change", unit: "%", number: true, value: of((fund) => fund.quote.change_pct), node: (row) => change(row.figures?.quote.change_pct, write.percent, row.figures ? reason(row.figures.reasons, "quote.change_pct") : NO_FIGURES) },
    { key: "quote_as_of", label: "Quote of", unit: "New York time", width: "10em", value: of((fund) => fund.quote.as_of), node: (row) => quoted(row.figures?.quote) },
    {
      key: "holdings_as_of",
      label: "Holdings of",
      value: (row) => row.status.holdings_as_of ?? null,
      node: (row) => h("span", {}, h("span", { class: "whole" }, row.status.holdings_as_of ?? unknown(null)), " ", freshness(row.status.stale, (row.status.stale_reasons ?? []).join("; "))),
    },
    {
      key: "lines",
      label: "Lines",
      number: true,
      value: (row) => row.status.rows ?? null,
      node: (row) => h("span", {}, h("span", { class: "whole" }, figure(row.status.rows, write.count), row.status.complete ? ` of ${text(row.status.reported, write.count)}` : null), " ", completeness({ complete: row.status.complete, included: row.status.rows, reported: row.status.reported })),
    },
    { key: "top_10", label: "Top 10", unit: "%", number: true, value: of((fund) => low(top(fund))), node: dated(top, write.percent, "top_10_pct") },
    { key: "effective", label: "Effective holdings", number: true, value: of((fund) => low(effective(fund))), node: dated(effective, write.about, "concentration.effective_holdings") },
    { key: "cost", label: "Cost", unit: "% a year", number: true, value: of(cost), node: known(cost, write.rate, "cost.expense_ratio_pct") },
  ];
}

function quoted(quote) {
  return quote?.as_of ? `${quote.as_of}${quote.session === "close" ? " (close)" : ""}` : unknown(quote ? null : NO_FIGURES);
}

function lastPage(total) {
  return Math.max(1, Math.ceil(total / PAGE));
}

function pages(page, number, total) {
  const last = lastPage(total);
  if (last === 1) return null;
  const link = (to, words) => h("a", { href: address("", { page: to === 1 ? null : to, sort: page.query.get("sort") }) }, words);
  return h(
    "nav",
    { class: "pages", "aria-label": "Pages of funds" },
    number > 1 ? link(number - 1, "Previous 30") : null,
    h("span", {}, `Funds ${write.count((number - 1) * PAGE + 1)} to ${write.count(Math.min(total, number * PAGE))} of ${write.count(total)}`),
    number < last ? link(number + 1, "Next 30") : null,
  );
}

function missing(without) {
  const more = without.length - MISSING_SHOWN;
  const rows = without.slice(0, MISSING_SHOWN).map(([symbol, record]) => {
    const error = record.last_attempt?.error;
    return h("li", {}, h("strong", {}, symbol), ": ", error ? `the last refresh failed: ${error.message}` : "not yet fetched; the next refresh brings it");
  });
  return notice("warn", h("p", {}, "Configured, but without data:"), h("ul", {}, rows), more > 0 ? h("p", {}, `${counted(more, "more is", "more are")} in the `, h("a", { href: address("status") }, "status of every fund"), ".") : null);
}

// ------------------------------------------------------------------ overlap

async function overlap(page, chosen) {
  const symbols = await chosen;
  if (symbols.length < 2) return h("p", { class: "empty" }, "Overlap needs two funds: name more in etl_config.yaml.");
  const { data } = await page.get(address("api/overlap", { symbols: symbols.join(",") }));
  return overlapHeat(data);
}
