// The holdings of a fund as a table.

import { address, path } from "./api.js";
import { h } from "./dom.js";
import { write } from "./format.js";
import { figure, unknown } from "./notices.js";
import { DataTable } from "./table.js";

/** The table; its sorting and filter stand in the address. */
export function holdingsTable(page, fund) {
  return new DataTable({
    caption: `Holdings of ${fund.symbol} on ${fund.data.holdings_as_of}`,
    rows: fund.data.holdings,
    columns: columns(),
    searched: (row) => `${row.symbol ?? ""} ${row.name ?? ""} ${row.asset_class}`,
    noun: ["line", "lines"],
    state: { sort: page.query.get("sort"), filter: page.query.get("filter") },
    onState: ({ sort, filter }, isStep) => page.setQuery({ sort, filter }, { push: isStep }),
  });
}

function columns() {
  return [
    {
      key: "symbol",
      label: "Symbol",
      width: "7rem",
      value: (row) => row.symbol,
      node: (row) => (row.symbol ? h("a", { href: address(path`security/${row.symbol}`) }, row.symbol) : unknown("none")),
    },
    { key: "name", label: "Name", header: true, value: (row) => row.name, node: (row) => (row.name ? h("span", { title: row.name }, row.name) : unknown("none")) },
    { key: "weight_pct", label: "Weight", unit: "%", width: "8rem", number: true, value: (row) => row.weight_pct, node: (row) => figure(row.weight_pct, write.percent) },
    { key: "shares", label: "Shares", width: "9rem", number: true, value: (row) => row.shares, node: (row) => figure(row.shares, write.shares) },
    { key: "market_value_usd", label: "Market value", unit: "USD million", width: "9rem", number: true, value: (row) => row.market_value_usd, node: (row) => figure(row.market_value_millions, write.millions) },
    { key: "asset_class", label: "Class", width: "6.5rem", value: (row) => row.asset_class, text: (row) => row.asset_class },
  ];
}
