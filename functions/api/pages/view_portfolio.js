// `/portfolio`: positions that the reader enters, and what they hold. What is typed is kept in no address, no storage and
// no log: it is sent by POST, stands in the memory of this tab, and goes into a link only when the reader asks for one.

import { address, download, post } from "./api.js";
import { h } from "./dom.js";
import { text, write } from "./format.js";
import { failure, notice } from "./notices.js";
import { announce, completion, countedBy, fundsHere, securitiesHere, statusOf, wayOf } from "./view_choose.js";
import { amountOf, COMMA, MOST_POSITIONS, named, POINT, tableOf } from "./view_portfolio_paste.js";
import { lookedThrough } from "./view_portfolio_result.js";

const EMPTY_ROWS = 3;
/** What was entered, so that Back from another view finds it; a reload forgets it. */
let kept = blank();

function blank() {
  return { unit: "percent", rows: Array.from({ length: EMPTY_ROWS }, emptyRow), isShown: false };
}

function emptyRow() {
  return { symbol: "", amount: "" };
}

export function title() {
  return "Portfolio";
}

export function render(page) {
  const linked = ofLink(page);
  if (linked) kept = linked;
  return new Entry(page).element;
}

/** The positions of a link, which stand behind its # so that no server sees them; null if it has none. */
function ofLink(page) {
  const hidden = new URLSearchParams(location.hash.slice(1));
  const from = hidden.has("positions") ? hidden : page.query;
  const positions = from.get("positions");
  if (!positions) return null;
  const rows = positions.split(",").slice(0, MOST_POSITIONS).map((each) => {
    const at = each.lastIndexOf(":");
    return at < 0 ? { symbol: each, amount: "" } : { symbol: each.slice(0, at), amount: each.slice(at + 1) };
  });
  return { unit: from.get("unit") === "usd" ? "usd" : "percent", rows, isShown: true };
}

/** The form and what comes of it. */
class Entry {
  constructor(page) {
    this.page = page;
    this.suggestions = completion();
    this.list = h("ol", { class: "positions" });
    this.total = h("p", { role: "status", class: "muted" });
    this.problems = h("div", { role: "alert" });
    this.outdated = h("div", { role: "status" });
    this.results = h("div", {});
    this.link = h("div", { "aria-live": "polite" });
    this.paste = this.pasteForm();
    this.element = [
      h("h1", {}, "Portfolio"),
      h("p", {}, "Enter what you hold, funds and single securities, to see what you hold through all of them."),
      h("p", { class: "muted" }, "What you enter is sent to the API to be computed, and stored nowhere. It is gone once you reload or close this tab."),
      this.form(),
      this.paste,
      this.problems,
      this.outdated,
      this.results,
    ];
    this.drawRows();
    if (kept.isShown) this.submit();
  }

  // ---------------------------------------------------------------- the form

  form() {
    const unit = (value, words) => {
      const input = h("input", { type: "radio", name: "unit", value, checked: kept.unit === value, onchange: () => this.setUnit(value) });
      return h("label", {}, input, ` ${words}`);
    };
    this.units = h("fieldset", { class: "units" }, h("legend", {}, "Amounts are in"), unit("percent", "per cent"), unit("usd", "USD"));
    const button = (words, onclick) => h("button", { type: "button", class: "quiet", onclick }, words);
    const submit = (event) => {
      event.preventDefault();
      this.submit(true);
    };
    const form = h(
      "form",
      { class: "portfolio", autocomplete: "off", novalidate: true, onsubmit: submit, "aria-label": "Positions" },
      this.units,
      h("p", { id: "amount-help", class: "muted" }, "Amounts such as 1234.56 or 1,234.56. You can paste two columns from a spreadsheet into any field."),
      this.list,
      this.suggestions.element,
      this.total,
      countedBy(wayOf(this.page.query), (by) => {
        this.page.setQuery({ by });
        this.link.replaceChildren();
        if (kept.isShown) this.submit();
      }),
      h("div", { class: "controls" }, h("button", {}, "Look through"), button("Add a position", () => this.add()), button("Clear all", () => this.clear()), button("Make a link", () => this.makeLink())),
      this.link,
    );
    form.addEventListener("input", (event) => event.target.id !== "by" && this.changed());
    form.addEventListener("paste", (event) => this.pasted(event));
    form.addEventListener("focusin", (event) => this.focused(event));
    return form;
  }

  drawRows() {
    this.list.replaceChildren(...kept.rows.map((row, at) => this.row(row, at)));
    this.sum();
  }

  row(row, at) {
    const [symbolId, amountId, nameId, errorId] = ["symbol", "amount", "name", "error"].map((part) => `${part}-${at}`);
    const name = h("span", { id: nameId, class: "muted name" }, this.suggestions.name(canonical(row.symbol)) ?? "");
    const error = h("p", { id: errorId, class: "field-error" });
    const symbol = h("input", {
      id: symbolId,
      class: "symbol",
      value: row.symbol,
      list: this.suggestions.id,
      maxlength: "40",
      spellcheck: "false",
      autocomplete: "off",
      autocapitalize: "characters",
      "aria-describedby": `${nameId} ${errorId}`,
      oninput: () => {
        row.symbol = symbol.value;
        this.suggestions.suggest(symbol.value);
        name.textContent = this.suggestions.name(canonical(symbol.value)) ?? "";
      },
    });
    const amount = h("input", {
      id: amountId,
      class: "amount",
      value: row.amount,
      inputmode: "decimal",
      maxlength: "40",
      autocomplete: "off",
      "aria-describedby": `amount-help ${errorId}`,
      oninput: () => {
        row.amount = amount.value;
      },
    });
    const unit = kept.unit === "percent" ? "%" : "USD";
    return h(
      "li",
      {},
      h("label", { for: symbolId }, "Symbol", h("span", { class: "unseen" }, ` of position ${at + 1}`)),
      symbol,
      h("label", { for: amountId }, `Amount, ${unit}`, h("span", { class: "unseen" }, ` of position ${at + 1}`)),
      amount,
      h("button", { type: "button", class: "quiet", "aria-label": `Remove position ${at + 1}`, onclick: () => this.remove(at) }, "\u00d7"),
      name,
      error,
    );
  }

  /** Suggestions are asked for once somebody comes to a field, and without what is typed. */
  focused(event) {
    if (!event.target.classList.contains("symbol")) return;
    this.suggestions.suggest(event.target.value);
    if (this.asked) return;
    this.asked = true;
    const found = Promise.all([fundsHere(this.page).catch(() => []), securitiesHere(this.page).catch(() => [])]);
    found.then(([funds, securities]) => {
      const isFund = new Set(funds.map(({ symbol }) => symbol));
      this.suggestions.known([...funds, ...securities.filter(({ symbol }) => !isFund.has(symbol))]);
      if (document.activeElement?.classList.contains("symbol")) this.suggestions.suggest(document.activeElement.value);
      this.showNames();
    });
  }

  showNames() {
    kept.rows.forEach((row, at) => {
      const name = document.getElementById(`name-${at}`);
      if (name) name.textContent = this.suggestions.name(canonical(row.symbol)) ?? "";
    });
  }

  setUnit(unit) {
    kept.unit = unit;
    this.drawRows();
    this.changed();
  }

  add() {
    if (kept.rows.length >= MOST_POSITIONS) {
      this.problems.replaceChildren(notice("bad", h("p", {}, `At most ${MOST_POSITIONS} positions can be looked through.`)));
      return;
    }
    kept.rows.push(emptyRow());
    this.drawRows();
    document.getElementById(`symbol-${kept.rows.length - 1}`).focus();
  }

  remove(at) {
    kept.rows.splice(at, 1);
    if (!kept.rows.length) kept.rows.push(emptyRow());
    this.drawRows();
    this.changed();
    document.getElementById(`symbol-${Math.min(at, kept.rows.length - 1)}`).focus();
  }

  clear() {
    kept = { ...blank(), unit: kept.unit };
    this.drawRows();
    this.changed();
    this.outdated.replaceChildren();
    this.problems.replaceChildren();
    this.results.replaceChildren();
    this.paste.querySelector("textarea").value = "";
    this.pasteResult.replaceChildren();
    document.getElementById("symbol-0").focus();
  }

  /** What is shown is no longer of what is entered, and neither is a link. */
  changed() {
    this.sum();
    this.link.replaceChildren();
    this.page.setQuery({ positions: null, unit: null }); // which also takes the part behind the # out
    if (!this.results.childElementCount || this.outdated.childElementCount) return;
    kept.isShown = false;
    this.outdated.replaceChildren(notice("bad outdated", h("p", {}, "The figures below are of the positions before your change: press \u201cLook through\u201d for those of now.")));
  }

  sum() {
    const amounts = filled().map((row) => amountOf(row.amount, kept.unit).value);
    if (!amounts.length || amounts.includes(undefined)) return this.total.replaceChildren();
    const total = amounts.reduce((sum, amount) => sum + amount, 0);
    const isWhole = kept.unit === "usd" || Math.abs(total - 100) < 0.005;
    const unit = kept.unit === "percent" ? "%" : "USD";
    this.total.textContent = `Total: ${text(total, write.percent)} ${unit}${isWhole ? "" : ". Weights are computed as parts of this total."}`;
  }

  // ---------------------------------------------------------------- checking and asking

  /** The positions as they are asked for; null where something must be corrected, which then is told. */
  positions(isFocused) {
    const wrong = [];
    const found = [];
    kept.rows.forEach((row, at) => {
      const isEmpty = !row.symbol.trim() && !row.amount.trim();
      const amount = isEmpty || !row.amount.trim() ? {} : amountOf(row.amount.trim(), kept.unit);
      const words = isEmpty ? "" : !row.symbol.trim() ? "Give a symbol, such as VTI." : !row.amount.trim() ? `Give the amount in ${named(kept.unit)}.` : amount.problem ? `${amount.problem}.` : "";
      this.mark(at, words, !row.symbol.trim() ? "symbol" : "amount");
      if (words) wrong.push([at, words, !row.symbol.trim() ? "symbol" : "amount"]);
      else if (!isEmpty) found.push({ symbol: canonical(row.symbol), amount: amount.value });
    });
    if (!wrong.length && found.length) return found;
    const first = wrong[0];
    if (isFocused) document.getElementById(first ? `${first[2]}-${first[0]}` : "symbol-0")?.focus();
    const words = wrong.length ? wrong.map(([at, each]) => h("li", {}, `Position ${at + 1}: ${each}`)) : h("li", {}, "Enter at least one position: a symbol, such as VTI, and its amount.");
    this.problems.replaceChildren(notice("bad", h("p", {}, "Correct this first:"), h("ul", {}, words)));
    return null;
  }

  mark(at, words, part) {
    for (const each of ["symbol", "amount"]) {
      const input = this.list.children[at].querySelector(`.${each}`);
      if (words && each === part) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
    this.list.children[at].querySelector(".field-error").textContent = words;
  }

  submit(isFocused = false) {
    this.problems.replaceChildren();
    const positions = this.positions(isFocused);
    if (!positions) return;
    kept.isShown = true;
    this.outdated.replaceChildren();
    const inUsd = kept.unit === "usd";
    const body = { positions: positions.map(({ symbol, amount }) => ({ symbol, [inUsd ? "amount_usd" : "proportion"]: amount })) };
    // Each question has an element of its own, so that a late answer cannot take the place of a later one.
    const place = h("div", {});
    this.results.replaceChildren(place);
    this.page.fill(place, async () => {
      const url = address("api/portfolio", { by: wayOf(this.page.query) });
      const answer = await post(url, body, this.page.signal);
      const status = await statusOf(this.page);
      announce("Looked through: the figures are below the form.");
      return [this.saving(url, body), lookedThrough(answer, { inUsd, status })];
    });
  }

  /** The answer as files, which are asked for by POST too. */
  saving(url, body) {
    const said = h("span", { role: "status" });
    const table = address("api/portfolio", { by: wayOf(this.page.query), format: "csv" });
    const save = (from, name) => download(from, name, body).catch((error) => said.replaceChildren(failure(error, null)));
    return h(
      "p",
      { class: "exports" },
      h("button", { type: "button", class: "quiet", onclick: () => save(url, "portfolio.json") }, "Save as JSON"),
      h("button", { type: "button", class: "quiet", onclick: () => save(table, "portfolio.csv") }, "Save as CSV"),
      said,
    );
  }

  // ---------------------------------------------------------------- link

  makeLink() {
    this.problems.replaceChildren();
    const positions = this.positions(true);
    if (!positions) return;
    const url = address("portfolio", { by: wayOf(this.page.query) });
    const told = new URLSearchParams({ positions: positions.map(({ symbol, amount }) => `${symbol}:${plain(amount)}`).join(","), unit: kept.unit });
    url.hash = told.toString().replaceAll("%3A", ":").replaceAll("%2C", ",");
    history.replaceState(history.state, "", url);
    const field = h("input", { id: "link", readonly: true, value: url.href, onfocus: () => field.select() });
    const said = h("span", { role: "status" });
    const copy = async () => {
      try {
        await navigator.clipboard.writeText(url.href);
        said.textContent = "Copied.";
      } catch {
        field.select();
        said.textContent = "It is selected: copy it with Ctrl+C.";
      }
    };
    this.link.replaceChildren(
      h("div", { class: "controls" }, h("label", { for: "link" }, "Link"), field, h("button", { type: "button", class: "quiet", onclick: copy }, "Copy"), said),
      h("p", { class: "muted" }, "Whoever has this link can read these positions, and your browser\u2019s history keeps it. No server receives them: they stand behind the # of the address."),
    );
  }

  // ---------------------------------------------------------------- paste

  pasteForm() {
    const area = h("textarea", { id: "paste", rows: "6", spellcheck: "false", autocomplete: "off", "aria-describedby": "paste-help", placeholder: "VTI\t60%\nQQQ\t40%" });
    this.pasteResult = h("div", { role: "status" });
    const read = () => this.read(area.value);
    return h(
      "details",
      { class: "paste" },
      h("summary", {}, "Paste from a spreadsheet"),
      h("label", { for: "paste" }, "Two columns: symbol and amount"),
      area,
      h("p", { id: "paste-help", class: "muted" }, "With or without a heading; amounts with %, with $ or in the unit chosen above; thousands separated or not."),
      h("button", { type: "button", onclick: read }, "Read"),
      this.pasteResult,
    );
  }

  /** A paste of several lines or columns into a field is read as a table. */
  pasted(event) {
    const words = event.clipboardData?.getData("text/plain") ?? "";
    if (!/[\t\n\r]/.test(words.trim())) return;
    event.preventDefault();
    this.paste.querySelector("textarea").value = words;
    this.paste.open = true;
    this.read(words);
  }

  read(words, decimal = null) {
    const found = tableOf(words, kept.unit, decimal);
    if (found.ambiguous) return this.pasteResult.replaceChildren(this.question(words, found.ambiguous));
    if (found.problems.length) {
      this.pasteResult.replaceChildren(notice("bad", h("p", {}, "Nothing was taken. Correct this and read it again:"), h("ul", {}, found.problems.slice(0, 10).map((each) => h("li", {}, `${each}.`)), found.problems.length > 10 ? h("li", {}, `and ${found.problems.length - 10} more.`) : null)));
      return;
    }
    const before = filled();
    const isSame = before.length === 0 || found.unit === kept.unit;
    if (!isSame || before.length + found.positions.length > MOST_POSITIONS) {
      const why = isSame ? `There would be more than ${MOST_POSITIONS} positions` : `These amounts are in ${named(found.unit)}, and those entered above in ${named(kept.unit)}`;
      return this.pasteResult.replaceChildren(notice("bad", h("p", {}, `Nothing was taken. ${why}: press \u201cClear all\u201d first, or correct it here.`)));
    }
    kept.unit = found.unit;
    kept.rows = [...before, ...found.positions.map(({ symbol, amount }) => ({ symbol, amount: plain(amount) }))];
    this.units.querySelector(`[value="${found.unit}"]`).checked = true;
    this.drawRows();
    this.changed();
    this.paste.querySelector("textarea").value = "";
    const count = found.positions.length;
    const told = [`${count} ${count === 1 ? "position was" : "positions were"} read, in ${named(found.unit)}${before.length ? `, and added to the ${before.length} before` : ""}. Check the amounts above, then press \u201cLook through\u201d.`, ...found.notes.map((each) => `${each}.`)];
    this.pasteResult.replaceChildren(notice("good", told.map((each) => h("p", {}, each))));
  }

  /** Ask what is not to be guessed. */
  question(words, { words: why, point, comma }) {
    const answer = (way, label) => h("button", { type: "button", onclick: () => this.read(words, way) }, label);
    return notice(
      "warn",
      h("p", {}, `${why}.`),
      h("p", {}, point || comma ? "How are the amounts written?" : null),
      h("div", { class: "controls" }, comma ? answer(COMMA, "With a decimal comma: 1.234,56") : null, point ? answer(POINT, "With a decimal point: 1,234.56") : null),
    );
  }
}

function filled() {
  return kept.rows.filter((row) => row.symbol.trim() || row.amount.trim());
}

function canonical(words) {
  return words.trim().toUpperCase();
}

/** A number in digits, as the API and a link take it. */
function plain(amount) {
  return amount < 1e-3 ? amount.toFixed(12).replace(/0+$/, "") : String(amount);
}
