// `/portfolio`: positions that the reader enters, and what they hold. What is typed is kept in no address, no storage and
// no log: it is sent by POST, stands in the memory of this tab, and goes into a link only when the reader asks for one.

import { address, download, post } from "./api.js";
import { h } from "./dom.js";
import { text, write } from "./format.js";
import { failure, notice } from "./notices.js";
import { changesSection } from "./portfolio_changes.js";
import { driftSection } from "./portfolio_drift.js";
import { entered, takeLink } from "./portfolio_entered.js";
import { inLink, linkTo } from "./portfolio_link.js";
import { PasteForm } from "./portfolio_paste_form.js";
import { Positions } from "./portfolio_positions.js";
import { handOver } from "./rebalance_plan.js";
import { announce, countedBy, statusOf, wayOf } from "./view_choose.js";
import { lookedThrough } from "./view_portfolio_result.js";

export function title() {
  return "Portfolio";
}

export function render(page) {
  takeLink(page);
  return new Portfolio(page).element;
}

/** The sum of the amounts in words. */
function totalled(total) {
  const isWhole = entered.unit === "usd" || Math.abs(total - 100) < 0.005;
  const unit = entered.unit === "percent" ? "%" : "USD";
  return `Total: ${text(total, write.percent)} ${unit}${isWhole ? "" : ". Weights are computed as parts of this total."}`;
}

/** The form and what comes of it. */
class Portfolio {
  constructor(page) {
    this.page = page;
    this.problems = h("div", { role: "alert" });
    this.outdated = h("div", { role: "status" });
    this.results = h("div", {});
    this.link = h("div", { "aria-live": "polite" });
    this.positions = new Positions(page, entered, { problems: this.problems, onChange: () => this.changed(), totalled });
    this.paste = new PasteForm(
      entered,
      () => {
        this.units.querySelector(`[value="${entered.unit}"]`).checked = true;
        this.positions.draw();
        this.changed();
      },
      { next: "Look through", units: ["percent", "usd"] },
    );
    this.element = [
      h("h1", {}, "Portfolio"),
      h("p", {}, "Enter what you hold, funds and single securities, to see what you hold through all of them."),
      h("p", { class: "muted" }, "What you enter is sent to the API to be computed, and stored nowhere. It is gone once you reload or close this tab."),
      this.form(),
      this.paste.element,
      this.problems,
      this.outdated,
      this.results,
    ];
    if (entered.isShown) this.submit();
  }

  form() {
    const button = (words, onclick) => h("button", { type: "button", class: "quiet", onclick }, words);
    const submit = (event) => {
      event.preventDefault();
      this.submit(true);
    };
    const form = h(
      "form",
      { class: "portfolio", autocomplete: "off", novalidate: true, onsubmit: submit, "aria-label": "Positions" },
      this.unitChoice(),
      h("p", { id: "amount-help", class: "muted" }, "Amounts such as 1234.56 or 1,234.56. You can paste two columns from a spreadsheet into any field."),
      this.positions.elements,
      countedBy(wayOf(this.page.query), (by) => {
        this.page.setQuery({ by });
        this.link.replaceChildren();
        if (entered.isShown) this.submit();
      }),
      h("div", { class: "controls" }, h("button", {}, "Look through"), button("Add a position", () => this.positions.add()), button("Clear all", () => this.clear()), button("Make a link", () => this.makeLink())),
      this.link,
    );
    form.addEventListener("input", (event) => event.target.id !== "by" && this.changed());
    form.addEventListener("paste", (event) => this.paste.pasted(event));
    form.addEventListener("focusin", (event) => this.positions.focused(event));
    return form;
  }

  unitChoice() {
    const unit = (value, words) => {
      const chosen = () => {
        entered.unit = value;
        this.positions.draw();
        this.changed();
      };
      return h("label", {}, h("input", { type: "radio", name: "unit", value, checked: entered.unit === value, onchange: chosen }), ` ${words}`);
    };
    this.units = h("fieldset", { class: "units" }, h("legend", {}, "Amounts are in"), unit("percent", "per cent"), unit("usd", "USD"));
    return this.units;
  }

  clear() {
    entered.forget();
    this.positions.draw();
    this.changed();
    for (const part of [this.outdated, this.problems, this.results]) part.replaceChildren();
    this.paste.clear();
    document.getElementById("symbol-0").focus();
  }

  /** What is shown is no longer of what is entered, and neither is a link. */
  changed() {
    this.positions.sum();
    this.link.replaceChildren();
    this.page.setQuery({ positions: null, unit: null }); // which also takes the part behind the # out
    if (!this.results.childElementCount || this.outdated.childElementCount) return;
    entered.isShown = false;
    this.outdated.replaceChildren(notice("bad outdated", h("p", {}, "The figures below are of the positions before your change: press \u201cLook through\u201d for those of now.")));
  }

  submit(isFocused = false) {
    this.problems.replaceChildren();
    const positions = this.positions.checked(isFocused);
    if (!positions) return;
    entered.isShown = true;
    this.outdated.replaceChildren();
    const inUsd = entered.unit === "usd";
    const body = { positions: positions.map(({ symbol, amount }) => ({ symbol, [inUsd ? "amount_usd" : "proportion"]: amount })) };
    // Each question has an element of its own, so that a late answer cannot take the place of a later one.
    const place = h("div", {});
    this.results.replaceChildren(place);
    this.page.fill(place, async () => {
      const url = address("api/portfolio", { by: wayOf(this.page.query) });
      const answer = await post(url, body, this.page.signal);
      const status = await statusOf(this.page);
      announce("Looked through: the figures are below the form.");
      const onDate = () => this.link.replaceChildren();
      const changes = changesSection(this.page, body, { saving, onDates: onDate });
      return [this.onward(), saving("portfolio", { by: wayOf(this.page.query) }, body), lookedThrough(answer, { inUsd, status }), changes, driftSection(this.page, body, { saving, onDate })];
    });
  }

  /** A link to the view that finds trades, which takes the positions over in memory. */
  onward() {
    return h("p", {}, h("a", { href: address("rebalance"), onclick: () => handOver(entered) }, "Rebalance this"), ": trades towards targets and within caps.");
  }

  makeLink() {
    this.problems.replaceChildren();
    const positions = this.positions.checked(true);
    if (!positions) return;
    const { query } = this.page;
    const url = address("portfolio", { by: wayOf(query), from: query.get("from"), to: query.get("to"), since: query.get("since") });
    this.link.replaceChildren(...linkTo(url, { positions: inLink(positions), unit: entered.unit }));
  }
}

/** An answer as files, which are asked for by POST too, so that no address has the positions. */
function saving(route, query, body, what = "") {
  const said = h("span", { role: "status" });
  const name = route.replace("/", "-");
  const save = (form) => download(address(`api/${route}`, { ...query, format: form }), `${name}.${form ?? "json"}`, body).catch((error) => said.replaceChildren(failure(error, null)));
  return h(
    "p",
    { class: "exports" },
    h("button", { type: "button", class: "quiet", onclick: () => save(null) }, `Save${what} as JSON`),
    h("button", { type: "button", class: "quiet", onclick: () => save("csv") }, `Save${what} as CSV`),
    h("button", { type: "button", class: "quiet", onclick: () => save("xlsx") }, `Save${what} for Excel`),
    said,
  );
}
