// What a fund bought and sold between two of its filings, and what drove its return between them.

import { address, ApiError, path } from "./api.js";
import { h } from "./dom.js";
import { exports } from "./exports.js";
import { attributionOf } from "./fund_attribution.js";
import { changes } from "./fund_changes.js";
import { freshness, notice } from "./notices.js";

const PARTS = [
  { name: "changes", heading: "What it bought and sold between the two filings", read: changes },
  { name: "attribution", heading: "What drove the return between the two filings", read: attributionOf },
];

/**
 * A choice of two filings, and under it what changed between them once it was made. The two stand in the address as
 * `filing_from` and `filing_to`. `rows`: the filings, newest first. Null where there are no two.
 */
export function betweenFilings(page, symbol, rows) {
  const days = rows.map((row) => row.report_date).filter(Boolean);
  if (days.length < 2) return null;
  const place = h("div", {});
  const chosen = () => [page.query.get("filing_from"), page.query.get("filing_to")];
  const show = () => place.replaceChildren(...PARTS.map((part) => answerOf(page, symbol, part, chosen())));
  if (chosen().every(Boolean)) show();
  return h("div", { class: "between-filings" }, h("h3", {}, "Two filings compared"), choice(symbol, days, chosen(), (from, to) => {
    page.setQuery({ filing_from: from, filing_to: to }, { push: true });
    show();
  }), place);
}

/** Two lists of dates, at first those of the address, or of the two newest filings. */
function choice(symbol, days, [from, to], compare) {
  const select = (id, label, day) => {
    const known = days.includes(day) ? days : [day, ...days];
    return h("span", { class: "pair" }, h("label", { for: id }, label), h("select", { id }, known.map((each) => h("option", { value: each, selected: each === day }, each))));
  };
  const form = h("form", { class: "controls between", "aria-label": `Two filings of ${symbol}` }, select("filings-from", "From", from ?? days[1]), select("filings-to", "to", to ?? days[0]), h("button", { class: "quiet" }, "Compare"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    compare(form.querySelector("#filings-from").value, form.querySelector("#filings-to").value);
  });
  return form;
}

function answerOf(page, symbol, { name, heading, read }, [from, to]) {
  const route = path`api/etfs/${symbol}/` + name;
  const query = { basis: "filing", from, to };
  // Each question has an element of its own, so that a late answer cannot take the place of a later one.
  const body = h("div", { class: "body" });
  const file = `${symbol}-${name}-filings`;
  const links = exports([{ url: address(route, query), csv: address(route, { ...query, format: "csv" }), name: file }]);
  page.fill(body, () => answered(page, address(route, query), (data) => read(data, { symbol: `${symbol}-filings` })));
  return h("div", {}, h("div", { class: "head" }, h("h4", {}, heading), links), body);
}

/** The answer of a part; dates that the API refuses are told with what to do, and the choice of dates stays. */
async function answered(page, url, read) {
  try {
    const { data, stale } = await page.get(url);
    return [stale ? h("p", {}, freshness(stale)) : null, read(data)];
  } catch (error) {
    if (!(error instanceof ApiError) || ![400, 404].includes(error.status)) throw error;
    return notice("warn", h("p", {}, `${error.message[0].toUpperCase()}${error.message.slice(1).replace(/[.]$/, "")}. Choose other dates above.`));
  }
}
