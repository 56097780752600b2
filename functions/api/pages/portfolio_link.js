// A link to a portfolio, which is made only when the reader asks for one.

import { copied } from "./clipboard.js";
import { h } from "./dom.js";
import { plainAmount } from "./portfolio_entered.js";

/** Positions as a link has them: "VTI:60,VOO:40". */
export function inLink(positions) {
  return positions.map(({ symbol, amount }) => `${symbol}:${plainAmount(amount)}`).join(",");
}

/** Put the positions and what else is `told`, pairs of names and words, into the address, behind its #, and return the elements that show it. */
export function linkTo(url, pairs) {
  const told = new URLSearchParams(pairs);
  url.hash = told.toString().replaceAll("%3A", ":").replaceAll("%2C", ",");
  history.replaceState(history.state, "", url);
  const field = h("input", { id: "link", readonly: true, value: url.href, onfocus: () => field.select() });
  const said = h("span", { role: "status" });
  const copy = () => copied(url.href, said, () => field.select());
  return [
    h("div", { class: "controls" }, h("label", { for: "link" }, "Link"), field, h("button", { type: "button", class: "quiet", onclick: copy }, "Copy"), said),
    h("p", { class: "muted" }, "Whoever has this link can read these positions, and your browser\u2019s history keeps it. No server receives them: they stand behind the # of the address."),
  ];
}
