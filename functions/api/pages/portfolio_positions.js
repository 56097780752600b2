// The fields of a portfolio's positions: entering, completing, checking.

import { h } from "./dom.js";
import { notice } from "./notices.js";
import { canonical, emptyRow } from "./portfolio_entered.js";
import { completion, fundsHere, securitiesHere } from "./view_choose.js";
import { amountOf, MOST_POSITIONS, named } from "./view_portfolio_paste.js";

/** How a field of each unit is called. */
const UNITS = { percent: "Amount, %", usd: "Amount, USD", shares: "Shares" };

/** Rows of `entered`, an Entered. */
export class Positions {
  /**
   * `problems` is the element that says what to correct; `onChange` is called when a row goes. `noun` is what a row is,
   * `prefix` begins the ids of its fields, `totalled(total)` says what the sum of the amounts means, and without
   * `isNeeded` there may be no row.
   */
  constructor(page, entered, { problems, onChange, totalled, noun = "position", prefix = "", isNeeded = true }) {
    Object.assign(this, { page, entered, problems, onChange, totalled, noun, prefix, isNeeded });
    this.suggestions = completion();
    this.list = h("ol", { class: "positions" });
    this.total = h("p", { role: "status", class: "muted" });
    this.elements = [this.list, this.suggestions.element, this.total];
    this.draw();
  }

  draw() {
    this.list.replaceChildren(...this.entered.rows.map((row, at) => this.row(row, at)));
    this.sum();
  }

  row(row, at) {
    const [symbolId, amountId, nameId, errorId] = ["symbol", "amount", "name", "error"].map((part) => this.id(part, at));
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
    const unit = UNITS[this.entered.unit];
    return h(
      "li",
      {},
      h("label", { for: symbolId }, "Symbol", h("span", { class: "unseen" }, ` of ${this.noun} ${at + 1}`)),
      symbol,
      h("label", { for: amountId }, unit, h("span", { class: "unseen" }, ` of ${this.noun} ${at + 1}`)),
      amount,
      h("button", { type: "button", class: "quiet", "aria-label": `Remove ${this.noun} ${at + 1}`, onclick: () => this.remove(at) }, "\u00d7"),
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
    this.entered.rows.forEach((row, at) => {
      const name = document.getElementById(this.id("name", at));
      if (name) name.textContent = this.suggestions.name(canonical(row.symbol)) ?? "";
    });
  }

  add() {
    if (this.entered.rows.length >= MOST_POSITIONS) {
      this.problems.replaceChildren(notice("bad", h("p", {}, `At most ${MOST_POSITIONS} ${this.noun}s are taken.`)));
      return;
    }
    this.entered.rows.push(emptyRow());
    this.draw();
    document.getElementById(this.id("symbol", this.entered.rows.length - 1)).focus();
  }

  remove(at) {
    this.entered.rows.splice(at, 1);
    if (!this.entered.rows.length) this.entered.rows.push(emptyRow());
    this.draw();
    this.onChange();
    document.getElementById(this.id("symbol", Math.min(at, this.entered.rows.length - 1))).focus();
  }

  sum() {
    const amounts = this.entered.filled().map((row) => this.amount(row.amount).value);
    if (!amounts.length || amounts.includes(undefined)) return this.total.replaceChildren();
    this.total.textContent = this.totalled(amounts.reduce((sum, amount) => sum + amount, 0));
  }

  id(part, at) {
    return `${this.prefix}${part}-${at}`;
  }

  amount(words) {
    return amountOf(words, this.entered.unit, this.entered.hasZero);
  }

  /** The positions as they are asked for; null where something must be corrected, which then is told. */
  checked(isFocused) {
    const wrong = [];
    const found = [];
    this.entered.rows.forEach((row, at) => {
      const isEmpty = !row.symbol.trim() && !row.amount.trim();
      const amount = isEmpty || !row.amount.trim() ? {} : this.amount(row.amount.trim());
      const words = isEmpty ? "" : problemOf(row, amount, this.entered.unit);
      const part = row.symbol.trim() ? "amount" : "symbol";
      this.mark(at, words, part);
      if (words) wrong.push([at, words, part]);
      else if (!isEmpty) found.push({ symbol: canonical(row.symbol), amount: amount.value });
    });
    if (!wrong.length && (found.length || !this.isNeeded)) return found;
    const first = wrong[0];
    if (isFocused) document.getElementById(first ? this.id(first[2], first[0]) : this.id("symbol", 0))?.focus();
    const name = this.noun[0].toUpperCase() + this.noun.slice(1);
    const words = wrong.length ? wrong.map(([at, each]) => h("li", {}, `${name} ${at + 1}: ${each}`)) : h("li", {}, "Enter at least one position: a symbol, such as VTI, and its amount.");
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
}

/** What is to be corrected in a row; empty where nothing is. */
function problemOf(row, amount, unit) {
  if (!row.symbol.trim()) return "Give a symbol, such as VTI.";
  if (!row.amount.trim()) return `Give the amount in ${named(unit)}.`;
  return amount.problem ? `${amount.problem}.` : "";
}
