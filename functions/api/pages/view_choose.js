// What views of several funds share: choosing funds, what is known of each, and what figures rest on.

import { address, ApiError, path } from "./api.js";
import { freshId, h } from "./dom.js";
import { counted } from "./format.js";
import { badge, completeness, failure, freshness, notice } from "./notices.js";
import { flaws, meaning } from "./words.js";
import { folded, plainTable } from "./table.js";

/** What one question may name. */
export const MOST = 30;
const SUGGESTED = 12;
const DOUBTS_SHOWN = 20;
/** The most rows that the API gives at once, and how many times it is asked for more suggestions. */
const [LISTED, PARTS] = [1000, 5];

/** A fund's symbol as the API has it: no fund's has a hyphen or a slash, so BRK-B and BRK/B are BRK.B. */
export function fundSymbol(words) {
  return words.trim().toUpperCase().replaceAll("/", ".").replace(/^([A-Z0-9]{1,10})-([A-Z])$/, "$1.$2");
}

/** The symbols of a text, each once, in capitals. */
export function symbolsOf(words) {
  const found = words.split(/[,;\s]+/).map(fundSymbol);
  return [...new Set(found.filter(Boolean))];
}

const found = new WeakMap();

/** The funds here: [{symbol, name}], asked for once on each view. Names are null where the API cannot give them. */
export function fundsHere(page) {
  if (!found.has(page)) found.set(page, shared(() => funds(page)));
  return found.get(page)();
}

async function funds(page) {
  const symbols = (await page.get(address("api/etfs"))).data;
  if (!symbols.length) return []; // no tables to ask for names either
  let names = new Map();
  try {
    const { data } = await page.get(address("api/screen", { sort: "symbol", limit: LISTED }));
    names = new Map(data.funds.map(({ symbol, name }) => [symbol, name]));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
  }
  return symbols.map((symbol) => ({ symbol, name: names.get(symbol) ?? null }));
}

/** The securities that most funds hold: [{symbol, name}]. They are asked for without what a reader types. */
export async function securitiesHere(page) {
  if (!(await fundsHere(page)).length) return [];
  const listed = [];
  for (let part = 0; part < PARTS; part += 1) {
    const { data } = await page.get(address("api/crowding", { limit: LISTED, offset: part ? part * LISTED : null }));
    listed.push(...data.securities);
    if ((part + 1) * LISTED >= data.total) break;
  }
  return listed.filter(({ symbol }) => symbol).map(({ symbol, name }) => ({ symbol, name }));
}

/** A question that several parts share: asked once, and anew after it failed. */
export function shared(ask) {
  let asked = null;
  return () => {
    asked ??= ask().catch((error) => {
      asked = null;
      throw error;
    });
    return asked;
  };
}

/** A list of suggestions: those of `known` whose symbol begins with what is typed, then those whose name has it. */
export function completion() {
  const list = h("datalist", { id: freshId("suggestions") });
  let known = [];
  return {
    id: list.id,
    element: list,
    known: (entries) => {
      known = entries.map((entry) => ({ ...entry, sought: folded(`${entry.symbol} ${entry.name ?? ""}`) }));
    },
    name: (symbol) => known.find((entry) => entry.symbol === symbol)?.name ?? null,
    suggest: (words) => {
      const sought = folded(words.trim());
      const begins = known.filter((entry) => folded(entry.symbol).startsWith(sought));
      const has = sought ? known.filter((entry) => !begins.includes(entry) && entry.sought.includes(sought)) : [];
      const options = [...begins, ...has].slice(0, SUGGESTED);
      list.replaceChildren(...options.map(({ symbol, name }) => h("option", { value: symbol, label: name ? `${symbol} ${name}` : null })));
    },
  };
}

/**
 * The funds that a view is about, each with a button to take it out, and a field for more. `changed(symbols)` is told
 * when the reader changes them.
 */
export function chooser(page, symbols, changed) {
  const suggestions = completion();
  const said = h("p", { role: "status", class: "muted" });
  const input = h("input", { id: "add-fund", list: suggestions.id, autocomplete: "off", spellcheck: "false", maxlength: "400", autocapitalize: "characters" });
  const suggest = () => suggestions.suggest(input.value);
  input.addEventListener("input", suggest);
  fundsHere(page)
    .then((known) => {
      suggestions.known(known);
      suggest();
    })
    .catch(() => {}); // then there is nothing to suggest; the parts of the view say what is wrong
  const add = (event) => {
    event.preventDefault();
    const all = [...new Set([...symbols, ...symbolsOf(input.value)])];
    if (all.length === symbols.length) said.textContent = input.value.trim() ? "These funds are chosen already." : "Type the symbol of a fund first, such as VTI.";
    else if (all.length > MOST) said.textContent = `At most ${MOST} funds can be chosen: these would be ${all.length}. Take some out first.`;
    else changed(all);
  };
  const chosen = symbols.map((symbol) =>
    h(
      "li",
      {},
      h("a", { href: address(path`etf/${symbol}`) }, symbol),
      h("button", { type: "button", class: "quiet", "aria-label": `Take ${symbol} out`, onclick: () => changed(symbols.filter((each) => each !== symbol)) }, "\u00d7"),
    ),
  );
  return h(
    "form",
    { class: "chooser", onsubmit: add, "aria-label": "Choose funds" },
    chosen.length ? h("ul", { class: "chosen", "aria-label": "Funds chosen" }, chosen) : null,
    h("div", { class: "controls" }, h("label", { for: "add-fund" }, "Add funds"), input, h("button", {}, "Add"), suggestions.element),
    said,
  );
}

/** What to do where fewer than two funds are chosen: `what` says for what two are needed. */
export async function tooFew(page, symbols, what, changed) {
  const here = (await fundsHere(page)).map(({ symbol }) => symbol);
  if (!here.length) return notice("warn", h("p", {}, "There is no fund yet: name some in etl_config.yaml. The next refresh brings their data."));
  if (here.length === 1) return notice("warn", h("p", {}, `${what} needs two funds, and ${here[0]} is the only one here: name more in etl_config.yaml.`));
  const offered = [...new Set([...symbols, ...here])].slice(0, Math.min(MOST, symbols.length + here.length));
  const words = offered.length >= here.length ? `Take all ${here.length} funds` : `Take the first ${MOST} of ${here.length} funds`;
  return notice(
    "warn",
    h("p", {}, symbols.length ? `${what} needs two funds: add another one to ${symbols[0]}.` : `${what} needs two funds or more: add them above.`),
    h("button", { type: "button", onclick: () => changed(offered) }, words),
  );
}

/** Whether the API refuses what was asked, so that another try would change nothing. */
export function isRefused(error) {
  return error instanceof ApiError && [400, 404].includes(error.status);
}

/** What to do about symbols that the API does not accept; null for other errors. */
export async function wrongSymbols(page, symbols, error, changed) {
  if (!isRefused(error)) return null;
  const here = await page.get(address("api/etfs")).catch(() => null);
  const strangers = here ? symbols.filter((symbol) => !here.data.includes(symbol)) : [];
  const rest = symbols.filter((symbol) => !strangers.includes(symbol));
  const searches = strangers.slice(0, 5).map((symbol) => h("li", {}, h("a", { href: address("", { q: symbol }) }, `Search for ${symbol} among funds and securities`)));
  const message = failure(error, null);
  message.append(
    strangers.length ? h("button", { type: "button", onclick: () => changed(rest) }, `Leave out ${strangers.join(", ")}`) : "",
    h("ul", {}, searches),
  );
  return message;
}

/** What /api/status says of each fund; an empty object where it does not answer. */
export async function statusOf(page) {
  try {
    return (await page.get(address("api/status"))).data;
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return {};
  }
}

/** "stale" and "partial" to stand beside a figure of a fund; nothing where it is known to be neither. */
export function beside(symbol, status) {
  const { stale, complete } = status[symbol] ?? {};
  return [stale === false ? null : [" ", freshness(stale)], complete === false ? [" ", badge("warn", "partial")] : null];
}

/** The funds whose figures are stale or partial, to stand above a chart of them; null if there is none. */
export function flagged(symbols, status) {
  const some = symbols.filter((symbol) => status[symbol]?.stale !== false || status[symbol]?.complete === false);
  return some.length ? h("p", { class: "legend" }, some.map((symbol) => h("span", {}, symbol, beside(symbol, status)))) : null;
}

/** What `by` of an address asks for: "issuer", or null for each security on its own. */
export function wayOf(query) {
  return query.get("by") === "issuer" ? "issuer" : null;
}

/** Have a screen reader say what the view shows now. */
export function announce(words) {
  document.getElementById("said").textContent = words;
}

/** The lists that an answer rests on: their dates, whether fresh, whether whole. `dates`: by symbol. */
export function lists(dates, status, lag) {
  const rows = Object.entries(dates);
  if (!rows.length) return null;
  const table = plainTable({
    caption: "The lists that this rests on",
    rows,
    columns: [
      { key: "symbol", label: "Fund", header: true, node: ([symbol]) => h("a", { href: address(path`etf/${symbol}`) }, symbol) },
      { key: "day", label: "Holdings of", node: ([symbol, day]) => h("span", {}, day, " ", freshness(status[symbol]?.stale, (status[symbol]?.stale_reasons ?? []).join("; "))) },
      {
        key: "lines",
        label: "Lines",
        node: ([symbol]) => {
          const { complete, rows: included, reported } = status[symbol] ?? {};
          return completeness({ complete, included: included ?? null, reported: reported ?? null }) ?? badge("warn", "not known whether complete");
        },
      },
    ],
  });
  if (lag === 0) return table;
  const apart = lag === null ? "It is not known how far apart these holdings dates are." : `These holdings dates are up to ${counted(lag, "day", "days")} apart: differences may be trades in between.`;
  return [notice("warn", h("p", {}, apart)), table];
}

/** What figures rest on: what may be wrong, what ranges assume, what is in doubt. */
export function notes({ flaws: found = {}, assumptions = [], doubts = [] }) {
  const wrong = flaws(found);
  const named = (doubt) => `${doubt.symbol ?? "no symbol"}: ${doubt.names.map((name) => name ?? "no name").join(" / ")} (${meaning("DoubtReason", doubt.why)})`;
  return [
    wrong.length ? notice("bad", h("p", {}, "Some figures may be wrong:"), h("ul", {}, wrong.map(([where, words]) => h("li", {}, `${where}: ${words}`)))) : null,
    assumptions.length || doubts.length
      ? notice(
          "warn",
          assumptions.length ? [h("p", {}, "Ranges show the least and the most that a figure can be. They assume:"), h("ul", {}, assumptions.map((words) => h("li", {}, words)))] : null,
          doubts.length ? [h("p", {}, "In doubt is whether these lines are one security; figures that depend on it are ranges:"), h("ul", {}, doubts.slice(0, DOUBTS_SHOWN).map((doubt) => h("li", {}, named(doubt))))] : null,
          doubts.length > DOUBTS_SHOWN ? h("p", {}, `${counted(doubts.length - DOUBTS_SHOWN, "more is", "more are")} in the JSON.`) : null,
        )
      : null,
  ];
}

/** A choice of whether share classes of one company count as one. `changed(by)` is told: "issuer" or null. */
export function countedBy(by, changed) {
  const option = (value, words) => h("option", { value, selected: value === by }, words);
  const select = h("select", { id: "by", onchange: () => changed(select.value === "issuer" ? "issuer" : null) }, option("security", "each on its own"), option("issuer", "together, by company"));
  return h("div", { class: "controls" }, h("label", { for: "by" }, "Share classes of a company"), select);
}

// ------------------------------------------------------------------ views whose address names their funds

const SYMBOLS_IN_TITLE = 5;

/** The symbols as a title has them: all of a few, else the first ones and how many more there are. */
export function namedInTitle(symbols) {
  const more = symbols.length > SYMBOLS_IN_TITLE ? ` and ${symbols.length - SYMBOLS_IN_TITLE} more` : "";
  return `${symbols.slice(0, SYMBOLS_IN_TITLE).join(", ")}${more}`;
}

/** A function that changes the page's query as a step for Back, draws the view anew, and says what it shows now. */
export function stepper(page, view, { title, draw }) {
  return (changes) => {
    page.setQuery(changes, { push: true });
    page.title(title(page.params, page.query));
    draw(page, view);
    view.querySelector("#add-fund").focus();
    announce(document.title);
  };
}

/** What `show(data, status)` makes of the answer of `ask`, or advice where it refuses the symbols. */
export async function shownOrAdvised(page, symbols, ask, choose, show) {
  let answer;
  try {
    answer = await ask();
  } catch (error) {
    const advice = await wrongSymbols(page, symbols, error, choose);
    if (advice) return advice;
    throw error;
  }
  return show(answer.data, await statusOf(page));
}
