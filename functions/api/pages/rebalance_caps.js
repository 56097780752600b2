// The caps of `/rebalance`: sliders with their numbers, and adding one.

import { freshId, h } from "./dom.js";
import { plan } from "./rebalance_plan.js";
import { SECTORS } from "./view_screen.js";

const MOST_CAPS = 100;
const AT_FIRST = 25;
const CLASSES = ["equity", "etf", "bond", "other"];
const COUNTRIES = "Such as China, or its code CN";
/** `begins` is how the API's name of such a cap begins, null where it is about all; then the choices or a hint for the field. */
const KINDS = [
  { kind: "security", label: "every single security", begins: null },
  { kind: "symbol", label: "one security", begins: "", hint: "Such as NVDA" },
  { kind: "sector", label: "a sector", begins: "sector:", choices: SECTORS },
  { kind: "asset_class", label: "an asset class", begins: "asset_class:", choices: CLASSES },
  { kind: "country", label: "a country", begins: "country:", hint: COUNTRIES },
  { kind: "fund", label: "every single fund", begins: null },
  { kind: "one-fund", label: "one fund", begins: "fund:", hint: "Such as QQQ" },
];

/** A cap by its name in the API, in words: "sector Energy". */
export function capName(name) {
  if (name === "security") return "every single security";
  if (name === "fund") return "every single fund";
  return name.replace(/^(security|sector|asset_class|country|fund):/, (_, kind) => `${kind.replace("_", " ")} `);
}

/** The caps of the plan. `onChange` is called when one is added, moved or taken out. */
export class Caps {
  constructor(onChange) {
    this.onChange = onChange;
    this.list = h("ul", { class: "caps" });
    this.said = h("p", { role: "status", class: "muted" });
    this.element = h("fieldset", { class: "part" }, h("legend", {}, "Caps"), h("p", { class: "muted" }, "The most that anything may weigh, of positions and cash together, whatever unlisted lines hold."), this.list, this.adding(), this.said);
    this.draw();
  }

  draw() {
    this.list.replaceChildren(...plan.caps.map((cap) => this.row(cap)));
    this.list.hidden = !plan.caps.length;
  }

  /** A slider and its number; each follows the other. */
  row(cap) {
    const id = freshId("cap");
    const words = capName(cap.name);
    const slider = h("input", { type: "range", min: "0", max: "100", step: "0.5", value: cap.most, "aria-label": `At most, per cent: ${words}` });
    const number = h("input", { id, type: "number", min: "0", max: "100", step: "any", value: cap.most, inputmode: "decimal" });
    const moved = (value) => {
      cap.most = value;
      this.onChange();
    };
    slider.addEventListener("input", () => {
      number.value = slider.value;
      moved(Number(slider.value));
    });
    number.addEventListener("input", () => {
      const value = number.value.trim() === "" ? Number.NaN : Number(number.value);
      if (!Number.isNaN(value)) slider.value = value;
      moved(value);
    });
    const remove = () => {
      plan.caps.splice(plan.caps.indexOf(cap), 1);
      this.draw();
      this.onChange();
      this.kind.focus();
    };
    return h(
      "li",
      {},
      h("label", { for: id }, words[0].toUpperCase() + words.slice(1), h("span", { class: "muted" }, ", at most %")),
      slider,
      number,
      h("button", { type: "button", class: "quiet", "aria-label": `Take out the cap on ${words}`, onclick: remove }, "\u00d7"),
    );
  }

  adding() {
    this.what = h("span", { class: "pair" });
    this.kind = h("select", { id: "cap-kind", onchange: () => this.choose() }, KINDS.map(({ kind, label }) => h("option", { value: kind }, label)));
    this.choose();
    const typed = (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault(); // it would ask for the trades
      this.add();
    };
    return h("div", { class: "controls", onkeydown: typed }, h("label", { for: "cap-kind" }, "Cap on"), this.kind, this.what, h("button", { type: "button", class: "quiet", onclick: () => this.add() }, "Add the cap"));
  }

  /** The field for what the chosen kind of cap is about. */
  choose() {
    const { begins, choices, hint } = KINDS.find(({ kind }) => kind === this.kind.value);
    if (begins === null) this.field = null;
    else if (choices) this.field = h("select", { id: "cap-of" }, choices.map((each) => h("option", {}, each)));
    else this.field = h("input", { id: "cap-of", maxlength: "60", autocomplete: "off", spellcheck: "false", placeholder: hint });
    this.what.replaceChildren(...(this.field ? [h("label", { for: "cap-of" }, "which"), this.field] : []));
  }

  add() {
    const { kind, begins } = KINDS.find((each) => each.kind === this.kind.value);
    const of = this.field?.value.trim() ?? "";
    const isSymbol = ["symbol", "one-fund"].includes(kind);
    const name = begins === null ? kind : `${begins}${isSymbol ? of.toUpperCase() : of}`;
    this.said.textContent = "";
    if (begins !== null && !of) {
      this.said.textContent = "Say first what is capped.";
      return this.field.focus();
    }
    const known = plan.caps.findIndex((cap) => cap.name.toLowerCase() === name.toLowerCase());
    if (known < 0 && plan.caps.length >= MOST_CAPS) {
      this.said.textContent = `At most ${MOST_CAPS} caps are taken.`;
      return null;
    }
    if (known < 0) {
      plan.caps.push({ name, most: AT_FIRST });
      this.draw();
      this.onChange();
    } else this.said.textContent = "This cap is there already.";
    return this.list.children[known < 0 ? plan.caps.length - 1 : known].querySelector('[type="range"]').focus();
  }

  /** What is to be corrected: [{words, field}]. */
  problems() {
    const fields = [...this.list.querySelectorAll('[type="number"]')];
    const isWrong = plan.caps.map(({ most }) => !(most >= 0 && most <= 100));
    fields.forEach((field, at) => (isWrong[at] ? field.setAttribute("aria-invalid", "true") : field.removeAttribute("aria-invalid")));
    return fields.map((field, at) => ({ words: `The cap on ${capName(plan.caps[at].name)}: give a number from 0 to 100.`, field })).filter((_, at) => isWrong[at]);
  }
}
