// How far the weights of a portfolio have moved since a date, by price alone.

import { address, path, post } from "./api.js";
import { h } from "./dom.js";
import { changeWriter, low, write } from "./format.js";
import { facts } from "./fund_notes.js";
import { change, figure, freshness, notice, sentence, unknown } from "./notices.js";
import { flawsOfBoth } from "./portfolio_changes.js";
import { DataTable, plainTable } from "./table.js";
import { isRefused, notes, wayOf } from "./view_choose.js";
import { reason } from "./words.js";

const POINTS = changeWriter(write.percent);

/**
 * The section, with the date in the address as `since`. `body` has the positions as they were on that date; `saving` makes
 * the buttons that save an answer; `onDate` is called when the reader chooses a date.
 */
export function driftSection(page, body, { saving, onDate }) {
  const files = h("div", {});
  const place = h("div", {});
  const asked = () => ({ by: wayOf(page.query), from: page.query.get("since") });
  const show = () => {
    if (!page.query.has("since")) return place.replaceChildren();
    files.replaceChildren(saving("drift", asked(), body, " drift"));
    const found = h("div", { class: "body" });
    place.replaceChildren(found);
    return page.fill(found, () => answered(page, address("api/drift", asked()), body));
  };
  const field = h("input", { id: "since", placeholder: "YYYY-MM-DD", autocomplete: "off", maxlength: "10", size: "11", value: page.query.get("since") ?? "" });
  const form = h("form", { class: "controls between", "aria-label": "Since when", novalidate: true }, h("span", { class: "pair" }, h("label", { for: "since" }, "Since"), field), h("button", { class: "quiet" }, "Show the drift"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    page.setQuery({ since: field.value.trim() });
    onDate();
    show();
  });
  show();
  return h(
    "section",
    { id: "portfolio-drift" },
    h("div", { class: "head" }, h("h2", {}, "Drift since a date"), files),
    h("p", { class: "muted" }, "If these were your positions on that date, such as the day you bought them: how far prices alone have moved each weight since."),
    form,
    place,
  );
}

/** A date that the API refuses is told with what to do, and the field stays. */
async function answered(page, url, body) {
  try {
    const { data, stale } = await post(url, body, page.signal);
    return [stale === false ? null : h("p", {}, freshness(stale)), drifted(data)];
  } catch (error) {
    if (!isRefused(error)) throw error;
    return notice("warn", h("p", {}, `${sentence(error.message)} Choose another date above.`));
  }
}

function drifted(data) {
  return [
    h("p", {}, `From ${data.from} to ${data.to}, by the closing prices of ${data.closes_of.from} and ${data.closes_of.to}. `, h("span", { class: "muted" }, sentence(data.note))),
    facts([
      ["Moved between positions, %", figure(data.moved_pct, write.percent, data.reasons, "moved_pct")],
      ["Price change of all, %", data.return_pct === null ? unknown(reason(data.reasons, "return_pct")) : change(data.return_pct, write.percent)],
    ]),
    h("div", { class: "wide" }, positions(data)),
    data.securities ? h("div", { class: "wide" }, securities(data)) : h("p", {}, "Securities: ", unknown(reason(data.reasons, "securities")), "."),
    Object.entries(data.notes).map(([symbol, words]) => h("p", { class: "muted" }, `${symbol}: ${words}`)),
    notes({ ...data, flaws: flawsOfBoth(data) }),
  ];
}

function positions({ positions: rows }) {
  const number = (key, label, unit, node) => ({ label, unit, number: true, node: node ?? ((row) => figure(row[key], write.percent, row.reasons, key)) });
  return plainTable({
    caption: "The positions, and how their weights drifted",
    rows,
    columns: [
      { label: "Symbol", header: true, text: (row) => row.symbol },
      { label: "Name", node: (row) => row.name ?? unknown("without a name") },
      number("weight_from_pct", "Weight then", "%"),
      number("weight_to_pct", "Weight now", "%"),
      number("drift_pct", "Drift", "points", (row) => figure(row.drift_pct, POINTS, row.reasons, "drift_pct")),
      number("return_pct", "Price change", "%", (row) => (row.return_pct === null ? figure(null, POINTS, row.reasons, "return_pct") : change(row.return_pct, write.percent))),
      number("price_from_usd", "Price then", "USD", (row) => figure(row.price_from_usd, write.usd, row.reasons, "price_from_usd")),
      number("price_to_usd", "Price now", "USD", (row) => figure(row.price_to_usd, write.usd, row.reasons, "price_to_usd")),
    ],
  });
}

function securities({ securities: rows }) {
  const number = (key, label, unit, writer) => ({ key, label, unit, width: "10rem", number: true, value: (row) => low(row[key]), node: (row) => figure(row[key], writer, row.reasons, key) });
  return new DataTable({
    caption: "Securities, looked through: how their weights in the portfolio moved",
    rows,
    noun: ["security", "securities"],
    searched: (row) => `${row.symbol ?? ""} ${row.name ?? ""}`,
    columns: [
      { key: "symbol", label: "Symbol", width: "7rem", value: (row) => row.symbol, node: (row) => (row.symbol ? h("a", { href: address(path`security/${row.symbol}`) }, row.symbol) : unknown("none")) },
      { key: "name", label: "Name", header: true, value: (row) => row.name, node: (row) => (row.name ? h("span", { title: row.name }, row.name) : unknown("none")) },
      number("weight_from_pct", "Weight then", "%", write.percent),
      number("weight_to_pct", "Weight now", "%", write.percent),
      number("drift_pct", "Drift", "points", POINTS),
    ],
  }).element;
}
