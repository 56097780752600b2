// A portfolio's countries, currencies, maturities and liquidity: those of its funds' filings, by the weights of the funds.

import { address, path } from "./api.js";
import { bars } from "./bars.js";
import { h } from "./dom.js";
import { countryName, currencyName, LEVELS_MEAN, maturityName, remarksOn, weightOf } from "./filed.js";
import { text, write } from "./format.js";
import { facts } from "./fund_notes.js";
import { figure, notice, unknown } from "./notices.js";
import { plainTable } from "./table.js";
import { reason } from "./words.js";

const DRAWN = 15;
const LEGEND = "Solid: in the filings. Hatched: what positions without a filing, and securities that filings do not name, may add.";
/** The blocks: their key in the answer and in its rows, and how they are called here. */
const BLOCKS = [
  { block: "countries", rows: "rows", key: "country", of: "Country", heading: "Countries, per cent of the portfolio", named: countryName },
  { block: "currencies", rows: "rows", key: "currency", of: "Currency", heading: "Currencies, per cent of the portfolio", named: currencyName },
  { block: "maturities", rows: "rows", key: "years", of: "Maturity", heading: "Bonds by years to maturity, per cent of the portfolio", named: maturityName },
  { block: "liquidity", rows: "levels", key: "level", of: "Level", heading: "How its holdings are valued, per cent of the portfolio", named: (level) => `Level ${level}`, note: LEVELS_MEAN },
];

/** The part of the answer; `data` is that of /api/portfolio. */
export function filedExposures(data) {
  const there = BLOCKS.filter(({ block }) => data[block]);
  const not = BLOCKS.filter(({ block }) => !data[block]).map(({ block, of }) => h("p", { class: "muted" }, `${of === "Level" ? "Liquidity" : heading(block)}: `, unknown(reason(data.reasons, block) ?? "the API does not say why")));
  if (!there.length) return h("p", { class: "empty" }, `Not known: ${reason(data.reasons, "countries") ?? "the API does not say why"}.`);
  const first = data[there[0].block];
  return [
    h("p", {}, `These figures rest on what the funds reported to the SEC (Form N-PORT), not on their lists, and cover ${text(first.covered_pct, write.percent)} % of the portfolio; securities held directly have no filing.`),
    first.covered_pct !== null && first.covered_pct < 100 ? notice("warn", h("p", {}, "Weights are ranges: the rest of the portfolio may hold more of anything.")) : null,
    facts(totals(data)),
    h("div", { class: "columns" }, there.map((each) => drawn(data[each.block], each))),
    not,
    filings(first.filings),
    data.filing_assumptions.length ? h("div", { class: "muted" }, h("p", {}, "The ranges assume:"), h("ul", {}, data.filing_assumptions.map((words) => h("li", {}, words)))) : null,
  ];
}

function heading(block) {
  return block[0].toUpperCase() + block.slice(1);
}

function drawn(found, { block, rows, key, of, heading: words, named, note = null }) {
  const shown = found[rows].map((row) => ({ name: named(row[key]), value: weightOf(row) }));
  return bars({ heading: words, rows: shown, of, legend: LEGEND, name: `portfolio-${block}`, note, most: DRAWN });
}

function totals({ countries, maturities, liquidity, reasons }) {
  const share = (found, name) => figure(found[name], write.percent);
  return [
    countries && ["Weight in these figures, %", share(countries, "counted_pct")],
    countries && ["Cash, %", share(countries, "cash_pct")],
    countries && countries.derivatives_pct !== 0 ? ["Value of derivatives, %", share(countries, "derivatives_pct")] : null,
    countries && countries.funds_pct !== 0 ? ["In other funds, %", share(countries, "funds_pct")] : null,
    liquidity && ["Restricted, %", share(liquidity, "restricted_pct")],
    liquidity && ["Without a level, %", share(liquidity, "unclassified_pct")],
    maturities && ["Bonds, %", share(maturities, "bonds_pct")],
    maturities && ["Average maturity, years", figure(maturities.average_maturity_years, write.about, reasons, "maturities.average_maturity_years")],
    maturities && ["Average coupon, % a year", figure(maturities.average_coupon_pct, write.percent, reasons, "maturities.average_coupon_pct")],
  ].filter(Boolean);
}

/** Which filing of which fund. */
function filings(rows) {
  return plainTable({
    caption: "The filings that this rests on",
    rows,
    columns: [
      { label: "Fund", header: true, node: (row) => h("a", { href: address(path`etf/${row.symbol}`, { filing: row.report_date }) }, row.symbol) },
      { label: "Holdings of", node: (row) => [row.report_date, remarksOn(row)] },
      { label: "Filed", node: (row) => row.filed ?? unknown("not known") },
      { label: "Age", unit: "days", number: true, node: (row) => (row.age_days === null ? unknown("not known") : figure(row.age_days, write.count)) },
      { label: "Number at the SEC", text: (row) => row.accession ?? "not known" },
    ],
  });
}
