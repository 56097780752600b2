// The positions that the reader has entered. They stand in the memory of this tab, and nowhere else: Back from another
// view finds them, and a reload forgets them.

import { MOST_POSITIONS } from "./view_portfolio_paste.js";

const EMPTY_ROWS = 3;
/** {unit: "percent" or "usd", rows: [{symbol, amount}] as typed, isShown: whether their figures are shown}. */
export const entered = blank();

function blank() {
  return { unit: "percent", rows: Array.from({ length: EMPTY_ROWS }, emptyRow), isShown: false };
}

export function emptyRow() {
  return { symbol: "", amount: "" };
}

/** Forget the positions, and keep the unit. */
export function forget() {
  Object.assign(entered, blank(), { unit: entered.unit });
}

/** Take over the positions of a link, which stand behind its # so that no server sees them, if it has some. */
export function takeLink(page) {
  const hidden = new URLSearchParams(location.hash.slice(1));
  const from = hidden.has("positions") ? hidden : page.query;
  const positions = from.get("positions");
  if (!positions) return;
  const rows = positions.split(",").slice(0, MOST_POSITIONS).map((each) => {
    const at = each.lastIndexOf(":");
    return at < 0 ? { symbol: each, amount: "" } : { symbol: each.slice(0, at), amount: each.slice(at + 1) };
  });
  Object.assign(entered, { unit: from.get("unit") === "usd" ? "usd" : "percent", rows, isShown: true });
}

/** The rows that are not empty. */
export function filled() {
  return entered.rows.filter((row) => row.symbol.trim() || row.amount.trim());
}

/** A symbol as the API has it. */
export function canonical(words) {
  return words.trim().toUpperCase();
}

/** A number in digits, as the API and a link take it. */
export function plainAmount(amount) {
  return amount < 1e-3 ? amount.toFixed(12).replace(/0+$/, "") : String(amount);
}
