// The positions that the reader has entered. They stand in the memory of this tab, and nowhere else: Back from another
// view finds them, and a reload forgets them.

import { MOST_POSITIONS } from "./view_portfolio_paste.js";

/** Rows of a form: symbols and amounts, as typed. */
export class Entered {
  /** `unit` is "percent", "usd" or "shares"; an amount of 0 is one where `hasZero`. */
  constructor(unit, { rows = 3, hasZero = false } = {}) {
    this.unit = unit;
    this.emptyRows = rows;
    this.hasZero = hasZero;
    this.forget();
  }

  /** Forget the rows, and keep the unit. */
  forget() {
    this.rows = Array.from({ length: this.emptyRows }, emptyRow);
    /** Whether what comes of them is shown. */
    this.isShown = false;
  }

  /** The rows that are not empty. */
  filled() {
    return this.rows.filter((row) => row.symbol.trim() || row.amount.trim());
  }

  /** Take over rows "VTI:60,VOO:40". */
  take(words) {
    this.rows = words.split(",").slice(0, MOST_POSITIONS).map((each) => {
      const at = each.lastIndexOf(":");
      return at < 0 ? { symbol: each, amount: "" } : { symbol: each.slice(0, at), amount: each.slice(at + 1) };
    });
  }
}

export function emptyRow() {
  return { symbol: "", amount: "" };
}

/** The positions of `/portfolio`. */
export const entered = new Entered("percent");

/** Take over the positions of a link, which stand behind its # so that no server sees them, if it has some. */
export function takeLink(page) {
  const hidden = new URLSearchParams(location.hash.slice(1));
  const from = hidden.has("positions") ? hidden : page.query;
  const positions = from.get("positions");
  if (!positions) return;
  entered.take(positions);
  Object.assign(entered, { unit: from.get("unit") === "usd" ? "usd" : "percent", isShown: true });
}

/** A symbol as the API has it. */
export function canonical(words) {
  return words.trim().toUpperCase();
}

/** A number in digits, as the API and a link take it. */
export function plainAmount(amount) {
  return amount < 1e-3 ? amount.toFixed(12).replace(/0+$/, "") : String(amount);
}
