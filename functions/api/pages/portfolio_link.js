// A link to a portfolio, which is made only when the reader asks for one.

import { h } from "./dom.js";
import { plainAmount } from "./portfolio_entered.js";

/** Put the positions into the address, behind its #, and return the elements that show it. */
export function linkTo(url, positions, unit) {
  const told = new URLSearchParams({ positions: positions.map(({ symbol, amount }) => `${symbol}:${plainAmount(amount)}`).join(","), unit });
  url.hash = told.toString().replaceAll("%3A", ":").replaceAll("%2C", ",");
  history.replaceState(history.state, "", url);
  const field = h("input", { id: "link", readonly: true, value: url.href, onfocus: () => field.select() });
  const said = h("span", { role: "status" });
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(url.href);
      said.textContent = "Copied.";
    } catch {
      field.select();
      said.textContent = "It is selected: copy it with Ctrl+C.";
    }
  };
  return [
    h("div", { class: "controls" }, h("label", { for: "link" }, "Link"), field, h("button", { type: "button", class: "quiet", onclick: copy }, "Copy"), said),
    h("p", { class: "muted" }, "Whoever has this link can read these positions, and your browser\u2019s history keeps it. No server receives them: they stand behind the # of the address."),
  ];
}
