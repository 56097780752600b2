// The fields of `/rebalance` beside positions, targets and caps: money, what may be traded, costs.

import { h } from "./dom.js";
import { plan } from "./rebalance_plan.js";
import { amountOf } from "./view_portfolio_paste.js";

/** Fields of money and rates: the name in the plan, the label, the unit. */
const AMOUNTS = [
  { name: "worth", label: "Positions together, USD", unit: "usd" },
  { name: "cash", label: "Cash to invest, USD", unit: "usd" },
  { name: "smallest", label: "Smallest trade, USD", unit: "usd" },
  { name: "costPct", label: "Cost, % of each trade", unit: "percent" },
  { name: "costUsd", label: "Cost, USD for each trade", unit: "usd" },
];

/** The fields, each by its name in the plan; `onChange` is called when one changes. */
export class Fields {
  constructor(onChange) {
    this.onChange = onChange;
    this.inputs = new Map();
  }

  /** A field of money or a rate with its label. */
  amount(name) {
    return this.text(name, AMOUNTS.find((each) => each.name === name).label, { inputmode: "decimal", maxlength: "40", class: "money" });
  }

  /** A field of symbols with its label; `hint` says what it means to leave it empty. */
  symbols(name, label, hint) {
    return this.text(name, label, { maxlength: "2000", spellcheck: "false", autocapitalize: "characters", placeholder: hint });
  }

  text(name, label, properties) {
    const input = h("input", {
      id: `rebalance-${name}`,
      value: plan[name],
      autocomplete: "off",
      ...properties,
      oninput: () => {
        plan[name] = input.value;
        this.onChange();
      },
    });
    this.inputs.set(name, input);
    return h("div", {}, h("label", { for: input.id }, label), input);
  }

  /** A box to check. */
  choice(name, label) {
    const box = h("input", {
      type: "checkbox",
      checked: plan[name],
      onchange: () => {
        plan[name] = box.checked;
        this.onChange();
      },
    });
    this.inputs.set(name, box);
    return h("label", { class: "choice" }, box, ` ${label}`);
  }

  /** Show what the plan has, after it was changed elsewhere. */
  draw() {
    for (const [name, input] of this.inputs) {
      if (input.type === "checkbox") input.checked = plan[name];
      else input.value = plan[name];
    }
  }

  /** The numbers by name, 0 where a field is empty, and what is to be corrected: [{words, field}]. */
  read() {
    const found = AMOUNTS.map(({ name, label, unit }) => {
      const words = plan[name].trim();
      return { name, label, ...(words ? amountOf(words, unit, true) : { value: 0 }) };
    });
    const problems = found.filter(({ problem }) => problem).map(({ name, label, problem }) => ({ words: `${label}: ${problem}.`, field: this.inputs.get(name) }));
    if (plan.positions.unit === "percent" && plan.positions.filled().length && found[0].value === 0) {
      problems.push({ words: "Positions in per cent: give what they are worth together, in USD.", field: this.inputs.get("worth") });
    }
    for (const { name } of AMOUNTS) this.inputs.get(name).removeAttribute("aria-invalid");
    for (const { field } of problems) field.setAttribute("aria-invalid", "true");
    return { amounts: Object.fromEntries(found.map(({ name, value }) => [name, value])), problems };
  }
}
