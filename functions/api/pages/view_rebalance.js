// `/rebalance`: the fewest trades that bring positions to targets and within caps. As with a portfolio, what is typed is
// kept in no address, no storage and no log, and goes into a link only when the reader asks for one.

import { address, post } from "./api.js";
import { h } from "./dom.js";
import { text, write } from "./format.js";
import { notice } from "./notices.js";
import { linkTo } from "./portfolio_link.js";
import { PasteForm } from "./portfolio_paste_form.js";
import { Positions } from "./portfolio_positions.js";
import { Caps } from "./rebalance_caps.js";
import { Fields } from "./rebalance_fields.js";
import { bodyOf, forget, plan, takeLink, told } from "./rebalance_plan.js";
import { rebalanced } from "./rebalance_result.js";
import { announce, countedBy, statusOf, wayOf } from "./view_choose.js";

const UNITS = [
  ["usd", "USD"],
  ["shares", "shares"],
  ["percent", "per cent"],
];

export function title() {
  return "Rebalance";
}

export function render(page) {
  takeLink();
  return new Rebalance(page).element;
}

/** The form and what comes of it. */
class Rebalance {
  constructor(page) {
    this.page = page;
    const onChange = () => this.changed();
    const { positions, targets } = plan;
    // What is wrong with positions, with targets, and with all else.
    [this.wrong, this.wrongTargets, this.problems] = [1, 2, 3].map(() => h("div", { role: "alert" }));
    this.outdated = h("div", { role: "status" });
    this.results = h("div", {});
    this.link = h("div", { "aria-live": "polite" });
    this.fields = new Fields(onChange);
    this.caps = new Caps(onChange);
    this.positions = new Positions(page, positions, { problems: this.wrong, onChange, totalled, isNeeded: false });
    this.targets = new Positions(page, targets, { problems: this.wrongTargets, onChange, totalled: targeted, noun: "target", prefix: "target-", isNeeded: false });
    this.paste = new PasteForm(positions, () => this.redraw(), { next: "Find the trades", units: UNITS.map(([unit]) => unit) });
    this.element = [
      h("h1", {}, "Rebalance"),
      h("p", {}, "Find the fewest trades that bring what you hold to your targets and within your caps, looked through to what the funds hold."),
      h("p", { class: "muted" }, "What you enter is sent to the API to be computed, and stored nowhere. It is gone once you reload or close this tab. The trades are a calculation and no advice."),
      this.form(),
      this.wrong,
      this.wrongTargets,
      this.problems,
      this.outdated,
      this.results,
    ];
    if (positions.isShown) this.submit();
  }

  form() {
    const button = (words, onclick) => h("button", { type: "button", class: "quiet", onclick }, words);
    const submit = (event) => {
      event.preventDefault();
      this.submit(true);
    };
    const form = h(
      "form",
      { class: "portfolio rebalance", autocomplete: "off", novalidate: true, onsubmit: submit, "aria-label": "Rebalance" },
      this.held(button),
      this.wanted(button),
      this.caps.element,
      this.trading(),
      h("div", { class: "controls" }, h("button", {}, "Find the trades"), button("Clear all", () => this.clear()), button("Make a link", () => this.makeLink())),
      this.link,
    );
    form.addEventListener("input", (event) => event.target.matches(".positions input") && this.changed());
    form.addEventListener("focusin", (event) => (event.target.id.startsWith("target-") ? this.targets : this.positions).focused(event));
    return form;
  }

  held(button) {
    const part = h(
      "fieldset",
      { class: "part" },
      h("legend", {}, "What you hold"),
      this.unitChoice(),
      h("p", { id: "amount-help", class: "muted" }, "Amounts such as 1234.56 or 1,234.56. You can paste two columns from a spreadsheet into any field."),
      this.positions.elements,
      h("div", { class: "controls" }, button("Add a position", () => this.positions.add())),
      this.paste.element,
      h("div", { class: "rows" }, this.worth, this.fields.amount("cash")),
    );
    part.addEventListener("paste", (event) => event.target.closest(".positions") && this.paste.pasted(event));
    return part;
  }

  unitChoice() {
    const unit = (value, words) => {
      const chosen = () => {
        plan.positions.unit = value;
        this.redraw();
      };
      return h("label", {}, h("input", { type: "radio", name: "unit", value, checked: plan.positions.unit === value, onchange: chosen }), ` ${words}`);
    };
    this.worth = this.fields.amount("worth");
    this.worth.hidden = plan.positions.unit !== "percent";
    this.units = h("fieldset", { class: "units" }, h("legend", {}, "Amounts are in"), UNITS.map(([value, words]) => unit(value, words)));
    return this.units;
  }

  wanted(button) {
    return h(
      "fieldset",
      { class: "part" },
      h("legend", {}, "Targets"),
      h("p", { class: "muted" }, "Per cent of positions and cash together; 0 sells all. Without targets only the caps count."),
      this.targets.elements,
      h("div", { class: "controls" }, button("Add a target", () => this.targets.add())),
    );
  }

  trading() {
    const { fields } = this;
    return h(
      "fieldset",
      { class: "part" },
      h("legend", {}, "How to trade"),
      h("div", { class: "rows" }, fields.symbols("candidates", "Funds that may be bought", "those held"), fields.symbols("keep", "Not to be sold", "none")),
      h("div", { class: "controls" }, fields.choice("noSell", "Sell nothing"), fields.choice("wholeShares", "Whole shares only")),
      h("div", { class: "rows" }, fields.amount("smallest"), fields.amount("costPct"), fields.amount("costUsd")),
      fields.choice("halfSpread", "Count half of each fund\u2019s spread as a cost"),
      countedBy(wayOf(this.page.query), (by) => {
        this.page.setQuery({ by });
        this.changed();
      }),
    );
  }

  /** Show the plan as it is now. */
  redraw() {
    this.units.querySelector(`[value="${plan.positions.unit}"]`).checked = true;
    this.worth.hidden = plan.positions.unit !== "percent";
    for (const part of [this.positions, this.targets, this.caps, this.fields]) part.draw();
    this.changed();
  }

  clear() {
    forget();
    this.redraw();
    for (const part of [this.outdated, this.wrong, this.wrongTargets, this.problems, this.results]) part.replaceChildren();
    this.paste.clear();
    document.getElementById("symbol-0").focus();
  }

  /** What is shown is no longer of what is entered, and neither is a link. */
  changed() {
    this.positions.sum();
    this.targets.sum();
    this.link.replaceChildren();
    this.page.setQuery({}); // which also takes the part behind the # out
    if (!this.results.childElementCount || this.outdated.childElementCount) return;
    plan.positions.isShown = false;
    this.outdated.replaceChildren(notice("bad outdated", h("p", {}, "The trades below are of what was entered before your change: press \u201cFind the trades\u201d for those of now.")));
  }

  /** What is entered; null where something must be corrected, which then is told. */
  checked(isFocused) {
    for (const part of [this.wrong, this.wrongTargets, this.problems]) part.replaceChildren();
    const positions = this.positions.checked(isFocused);
    const targets = this.targets.checked(isFocused && positions !== null);
    const { amounts, problems } = this.fields.read();
    problems.push(...this.caps.problems());
    if (positions && !positions.length && !amounts.cash && !problems.length) problems.push({ words: "Enter a position, such as VTI and its amount, or cash to invest.", field: document.getElementById("symbol-0") });
    if (problems.length) this.problems.replaceChildren(notice("bad", h("p", {}, "Correct this first:"), h("ul", {}, problems.map(({ words }) => h("li", {}, words)))));
    if (positions && targets && problems.length && isFocused) problems[0].field.focus();
    return positions && targets && !problems.length ? { positions, targets, amounts } : null;
  }

  submit(isFocused = false) {
    const given = this.checked(isFocused);
    if (!given) return;
    plan.positions.isShown = true;
    this.outdated.replaceChildren();
    const body = bodyOf(given);
    // Each question has an element of its own, so that a late answer cannot take the place of a later one.
    const place = h("div", {});
    this.results.replaceChildren(place);
    this.page.fill(place, async () => {
      const answer = await post(address("api/rebalance", { by: wayOf(this.page.query) }), body, this.page.signal);
      const status = await statusOf(this.page);
      announce("The trades are below the form.");
      return rebalanced(answer, status);
    });
  }

  makeLink() {
    const given = this.checked(true);
    if (given) this.link.replaceChildren(...linkTo(address("rebalance", { by: wayOf(this.page.query) }), told(given)));
  }
}

function totalled(total) {
  const { unit } = plan.positions;
  if (unit === "shares") return "";
  return unit === "usd" ? `Total: ${text(total, write.percent)} USD` : `Total: ${text(total, write.percent)} %${Math.abs(total - 100) < 0.005 ? "" : ". Weights are computed as parts of this total."}`;
}

function targeted(total) {
  const words = `Total: ${text(total, write.percent)} %`;
  if (total > 100.000001) return `${words}. Targets may sum to 100 at most.`;
  return total > 99.999999 ? words : `${words}. The rest is free among what is held and may be bought.`;
}
