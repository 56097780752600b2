// A fund's countries, currencies, maturities and liquidity. They rest on its filing with the SEC, not on the portal's list.

import { bars } from "./bars.js";
import { h } from "./dom.js";
import { text, write } from "./format.js";
import { countryName, currencyName, filingWords, isLeast, LEVELS_MEAN, LIMITED, maturityName, namesAll, remarksOn, undisclosed, weightOf } from "./filed.js";
import { facts } from "./fund_notes.js";
import { figure, notice, unknown } from "./notices.js";
import { reason } from "./words.js";

const DRAWN = 15;

/** The parts of the analytics that rest on a filing. `isOnly`: there is no list, so that all figures do. */
export async function filedFigures({ analytics, symbol }, { isOnly = false } = {}) {
  const { data } = await analytics;
  const { countries, currencies, maturities, liquidity, duration, reasons } = data;
  const head = countries ?? currencies ?? liquidity ?? maturities ?? duration;
  if (!head) return h("p", { class: "empty" }, `Not known: ${reason(reasons, "countries") ?? "the API does not say why"}. The part \u201cFilings with the SEC\u201d below says what is there.`);
  return [
    restsOn(head, isOnly),
    undisclosed({ ...head, undisclosed_pct: (countries ?? liquidity ?? maturities)?.undisclosed_pct }),
    countries ? totals(countries) : null,
    h(
      "div",
      { class: "columns" },
      countries ? grouped(countries.rows, { heading: "Countries, per cent of net assets", of: "Country", name: `${symbol}-countries`, key: "country", named: countryName, note: "Mostly where the issuer is organised, as the fund files it; some funds file all of an American fund as the United States." }) : null,
      currencies ? grouped(currencies.rows, { heading: "Currencies, per cent of net assets", of: "Currency", name: `${symbol}-currencies`, key: "currency", named: currencyName, note: "In which the lines are held or priced, before any hedge." }) : null,
      maturities ? maturitiesOf(maturities, symbol) : null,
      liquidity ? liquidityOf(liquidity, symbol) : null,
    ),
    maturities || duration ? bonds(data) : null,
    ["countries", "currencies", "maturities", "liquidity"].filter((name) => !data[name]).map((name) => missing(name, reasons)),
  ];
}

/** On which filing the figures rest, in words. */
function restsOn(head, isOnly) {
  const words = isOnly ? "All figures here rest on " : "These figures do not rest on the list of holdings, but on the fund\u2019s report to the SEC (Form N-PORT): ";
  const old = " What the fund bought and sold since that date is not in them.";
  const by = remarksOn(head);
  const box = head.source === "file" ? notice("warn", h("p", {}, "The filing was taken by hand from a file. Nobody checked that it is of this fund.")) : null;
  return [h("p", {}, words, filingWords(head), ". ", namesAll(head.complete), by, old), box];
}

function missing(name, reasons) {
  return h("p", { class: "muted" }, `${name[0].toUpperCase()}${name.slice(1)}: `, unknown(reason(reasons, name) ?? "the API does not say why"), ".");
}

function totals(countries) {
  const share = (name) => figure(countries[name], write.percent);
  const other = (name) => countries[name] !== 0;
  return facts(
    [
      ["Weight in these figures, %", share("counted_pct")],
      ["Cash, %", share("cash_pct")],
      other("derivatives_pct") ? ["Value of derivatives, %", share("derivatives_pct")] : null,
      other("short_pct") ? ["Short lines, %", share("short_pct")] : null,
      other("funds_pct") ? ["In other funds, %", [share("funds_pct"), h("span", { class: "muted" }, " in the rows by the country and currency of the fund")]] : null,
    ].filter(Boolean),
  );
}

function grouped(rows, { heading, of, name, key, named, note }) {
  const shown = rows.map((row) => ({ name: named(row[key]), value: weightOf(row), count: row.lines }));
  return bars({ heading, rows: shown, of, name, counted: "Lines", legend: LIMITED, note: [note, rows.some(isLeast) ? " Each weight is the least that it can be." : ""].join(""), most: DRAWN });
}

function maturitiesOf({ rows }, symbol) {
  return grouped(rows, { heading: "Bonds by years to maturity, per cent of net assets", of: "Maturity", name: `${symbol}-maturities`, key: "years", named: maturityName, note: "Years from the date of the filing." });
}

function liquidityOf(found, symbol) {
  const rows = found.levels.map((row) => ({ name: `Level ${row.level}`, value: weightOf(row) }));
  return h(
    "div",
    {},
    bars({ heading: "How its holdings are valued, per cent of net assets", rows, of: "Level", name: `${symbol}-liquidity`, legend: LIMITED, note: LEVELS_MEAN }),
    facts([
      ["Restricted, %", figure(found.restricted_pct, write.percent)],
      ["Without a level, %", figure(found.unclassified_pct, write.percent)],
    ]),
  );
}

/** What bonds pay and when; each average with the weight of the bonds that it is made of. */
function bonds({ maturities, duration, reasons }) {
  const average = (name, of, writer, unit) => [
    figure(maturities[name], writer, reasons, `maturities.${name}`),
    maturities[name] === null ? null : h("span", { class: "muted" }, `${unit} of bonds with ${text(maturities[of], write.percent)} % of net assets`),
  ];
  return facts(
    [
      maturities && ["Bonds, % of net assets", figure(maturities.bonds_pct, write.percent)],
      maturities && ["Average maturity, years", average("average_maturity_years", "average_maturity_of_pct", write.about, "")],
      maturities && ["Average coupon, % a year", average("average_coupon_pct", "average_coupon_of_pct", write.percent, "")],
      maturities && ["In default, %", figure(maturities.in_default_pct, write.percent)],
      ["Duration, years", duration ? [figure(duration.years, write.about), h("span", { class: "muted" }, ` a basis point costs ${write.count(duration.dv01_usd)} USD; derivatives are in it`)] : unknown(reason(reasons, "duration"))],
      ["Credit ratings", unknown(reason(reasons, "ratings"))],
    ].filter(Boolean),
  );
}
