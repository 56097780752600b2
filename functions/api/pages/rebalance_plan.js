// What the reader has entered on `/rebalance`. Like a portfolio it stands in the memory of this tab, and nowhere else.

import { plainAmount, Entered } from "./portfolio_entered.js";
import { inLink } from "./portfolio_link.js";
import { symbolsOf } from "./view_choose.js";

/** Words of the form that begin empty, and those that are yes or no. */
const WORDS = ["worth", "cash", "candidates", "keep", "smallest", "costPct", "costUsd"];
const CHOICES = ["noSell", "wholeShares", "halfSpread"];

/**
 * `positions` and `targets` are Entered; `caps` is [{name, most}], named as the API names them; the rest is as typed.
 * `worth` is what positions in per cent are worth together, in USD.
 */
export const plan = {
  positions: new Entered("usd"),
  targets: new Entered("percent", { rows: 1, hasZero: true }),
};
forget();

/** Forget all but the unit. */
export function forget() {
  plan.positions.forget();
  plan.targets.forget();
  Object.assign(plan, { caps: [] }, Object.fromEntries(WORDS.map((name) => [name, ""])), Object.fromEntries(CHOICES.map((name) => [name, false])));
}

/** Take over the positions of a portfolio, an Entered, and keep the other wishes. */
export function handOver(entered) {
  plan.positions.unit = entered.unit;
  plan.positions.rows = entered.filled().map((row) => ({ ...row }));
  plan.positions.isShown = false;
}

/** Take over what a link has behind its #. */
export function takeLink() {
  const told = new URLSearchParams(location.hash.slice(1));
  if (!told.has("positions") && !told.has("cash")) return;
  forget();
  const { positions, targets } = plan;
  if (told.get("positions")) positions.take(told.get("positions"));
  if (told.get("targets")) targets.take(told.get("targets"));
  positions.unit = ["shares", "percent"].find((unit) => unit === told.get("unit")) ?? "usd";
  positions.isShown = true;
  plan.caps = told.getAll("max").map((each) => ({ name: each.slice(0, each.lastIndexOf(":")), most: Number(each.slice(each.lastIndexOf(":") + 1)) })).filter(({ name, most }) => name && most >= 0 && most <= 100);
  for (const name of WORDS) plan[name] = told.get(name) ?? "";
  for (const name of CHOICES) plan[name] = told.get(name) === "yes";
}

/** All of it for a link: pairs of names and words. */
export function told({ positions, targets }) {
  return [
    ["positions", inLink(positions)],
    ["unit", plan.positions.unit],
    ...(targets.length ? [["targets", targets.map(({ symbol, amount }) => `${symbol}:${amount ? plainAmount(amount) : 0}`).join(",")]] : []),
    ...plan.caps.map(({ name, most }) => ["max", `${name}:${most}`]),
    ...WORDS.filter((name) => plan[name]).map((name) => [name, plan[name]]),
    ...CHOICES.filter((name) => plan[name]).map((name) => [name, "yes"]),
  ];
}

/**
 * The body of the question. `positions` and `targets` are checked rows, `amounts` the numbers of the fields of money by
 * name, 0 where they are empty.
 */
export function bodyOf({ positions, targets, amounts }) {
  const body = { positions: held(positions, amounts.worth), cash_usd: amounts.cash };
  if (targets.length) body.targets = Object.fromEntries(targets.map(({ symbol, amount }) => [symbol, amount]));
  if (plan.caps.length) body.max = Object.fromEntries(plan.caps.map(({ name, most }) => [name, most]));
  const [candidates, kept] = [symbolsOf(plan.candidates), symbolsOf(plan.keep)];
  if (candidates.length) body.candidates = candidates;
  if (plan.noSell) body.no_sell = true;
  else if (kept.length) body.no_sell = kept;
  if (plan.wholeShares) body.whole_shares = true;
  if (amounts.smallest) body.min_trade_usd = amounts.smallest;
  if (amounts.costPct || amounts.costUsd || plan.halfSpread) body.costs = { pct_of_trade: amounts.costPct, usd_per_trade: amounts.costUsd, half_spread: plan.halfSpread };
  return body;
}

/** Positions as the API takes them; those in per cent become USD, in cents. */
function held(positions, worth) {
  const { unit } = plan.positions;
  const total = positions.reduce((sum, { amount }) => sum + amount, 0);
  return positions.map(({ symbol, amount }) => {
    if (unit === "percent") return { symbol, amount_usd: Math.round((amount / total) * worth * 100) / 100 };
    return { symbol, [unit === "usd" ? "amount_usd" : "shares"]: amount };
  });
}
