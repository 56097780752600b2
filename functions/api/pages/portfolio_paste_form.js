// Pasting positions from a spreadsheet into the form of a portfolio.

import { h } from "./dom.js";
import { notice } from "./notices.js";
import { plainAmount } from "./portfolio_entered.js";
import { COMMA, MOST_POSITIONS, named, POINT, tableOf } from "./view_portfolio_paste.js";

/**
 * A field for two columns, whose rows are added to `entered`, an Entered; then `onRead` is called. `next` is what to press
 * then, and `units` are those that the form takes.
 */
export class PasteForm {
  constructor(entered, onRead, { next, units }) {
    Object.assign(this, { entered, onRead, next, units });
    this.area = h("textarea", { id: "paste", rows: "6", spellcheck: "false", autocomplete: "off", "aria-describedby": "paste-help", placeholder: "VTI\t60%\nQQQ\t40%" });
    this.result = h("div", { role: "status" });
    this.element = h(
      "details",
      { class: "paste" },
      h("summary", {}, "Paste from a spreadsheet"),
      h("label", { for: "paste" }, "Two columns: symbol and amount"),
      this.area,
      h("p", { id: "paste-help", class: "muted" }, "With or without a heading; amounts with %, with $ or in the unit chosen above; thousands separated or not."),
      h("button", { type: "button", onclick: () => this.read(this.area.value) }, "Read"),
      this.result,
    );
  }

  /** A paste of several lines or columns into a field is read as a table. */
  pasted(event) {
    const words = event.clipboardData?.getData("text/plain") ?? "";
    if (!/[\t\n\r]/.test(words.trim())) return;
    event.preventDefault();
    this.area.value = words;
    this.element.open = true;
    this.read(words);
  }

  clear() {
    this.area.value = "";
    this.result.replaceChildren();
  }

  read(words, decimal = null) {
    const { entered } = this;
    const found = tableOf(words, entered.unit, decimal);
    if (found.ambiguous) return this.result.replaceChildren(this.question(words, found.ambiguous));
    if (found.problems.length) return this.refuse("Nothing was taken. Correct this and read it again:", found.problems);
    if (!this.units.includes(found.unit)) return this.refuse(`Nothing was taken. These amounts are in ${named(found.unit)}: give them in ${this.units.map(named).join(" or ")}.`);
    const before = entered.filled();
    const isSame = before.length === 0 || found.unit === entered.unit;
    if (!isSame || before.length + found.positions.length > MOST_POSITIONS) {
      const why = isSame ? `There would be more than ${MOST_POSITIONS} positions` : `These amounts are in ${named(found.unit)}, and those entered above in ${named(entered.unit)}`;
      return this.refuse(`Nothing was taken. ${why}: press \u201cClear all\u201d first, or correct it here.`);
    }
    entered.unit = found.unit;
    entered.rows = [...before, ...found.positions.map(({ symbol, amount }) => ({ symbol, amount: plainAmount(amount) }))];
    this.onRead();
    this.area.value = "";
    const count = found.positions.length;
    const told = [`${count} ${count === 1 ? "position was" : "positions were"} read, in ${named(found.unit)}${before.length ? `, and added to the ${before.length} before` : ""}. Check the amounts above, then press \u201c${this.next}\u201d.`, ...found.notes.map((each) => `${each}.`)];
    this.result.replaceChildren(notice("good", told.map((each) => h("p", {}, each))));
  }

  refuse(words, problems = []) {
    const listed = problems.slice(0, 10).map((each) => h("li", {}, `${each}.`));
    if (problems.length > 10) listed.push(h("li", {}, `and ${problems.length - 10} more.`));
    this.result.replaceChildren(notice("bad", h("p", {}, words), listed.length ? h("ul", {}, listed) : null));
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
