// A fund over time: the figures and the sectors of its holdings dates. What is a range is drawn with both ends.

import { address, path } from "./api.js";
import { chart, hatched, label, tooltip } from "./charts.js";
import { h } from "./dom.js";
import { counted, isBounds, low, text, utc, write } from "./format.js";
import { dash } from "./fund_notes.js";
import { badge, figure, unknown } from "./notices.js";
import { DataTable } from "./table.js";
import { meaning, reason } from "./words.js";

/** So many of the newest dates are shown until the reader asks for all: about a year of sessions. */
const NEWEST = 260;
const DAY = 86_400_000;
const UNCLASSIFIED = "Unclassified";
/** What is drawn: `when` is the day of the figure, `of` the figure, `why` its place in `reasons`. */
const PANELS = [
  { title: "Price on the day of the fetch, USD", when: (row) => row.fetched_at?.slice(0, 10), of: (row) => row.last_price, why: "last_price", writer: write.usd },
  { title: "Weight of the top 10, %", when: (row) => row.holdings_as_of, of: (row) => row.top_10_pct, why: "top_10_pct", writer: write.percent },
  { title: "Effective holdings", when: (row) => row.holdings_as_of, of: effective, why: "hhi_points", writer: write.about },
  { title: "Lines in the list", when: (row) => row.holdings_as_of, of: (row) => row.rows, why: "rows", writer: write.count },
];

/** The holdings dates that are shown, newest first, as the API has them. */
export function datesOf(page, symbol) {
  return page.get(address(path`api/etfs/${symbol}/history`, asked(page)));
}

function asked(page) {
  return { limit: page.query.get("dates") === "all" ? null : NEWEST };
}

/** The section of a fund; `dated` is a promise of `datesOf`, `day` the holdings date that is shown. */
export function overTime(page, { symbol, data }, dated) {
  const route = path`api/etfs/${symbol}/history`;
  const links = [{ url: address(route, asked(page)), csv: address(route, { ...asked(page), format: "csv" }), name: `${symbol}-history` }];
  return page.section("Over time", async () => history(page, symbol, data.holdings_as_of, (await dated).data), { links, id: "history" });
}

function history(page, symbol, day, rows) {
  if (!rows.length) return h("p", { class: "empty" }, "No holdings date is stored yet.");
  const table = datesTable(symbol, day, rows);
  const isCut = rows.length === NEWEST && page.query.get("dates") !== "all";
  const all = new URLSearchParams(page.query);
  all.set("dates", "all");
  const more = isCut ? h("p", {}, `The newest ${write.count(NEWEST)} holdings dates are shown. `, h("a", { href: address(path`etf/${symbol}`, Object.fromEntries(all)) }, "Show all dates"), ".") : null;
  if (rows.length < 2) return [h("p", {}, "One holdings date is stored, so there is no course of time to draw yet."), table];
  return [figures(symbol, rows, table), more, sectors(symbol, rows)];
}

/** The effective number of holdings, 10,000 points over the Herfindahl index; its ends change places. */
function effective(row) {
  const points = row.hhi_points;
  if (points === null || points === undefined) return null;
  if (!isBounds(points)) return points > 0 ? 10_000 / points : null;
  return points.low > 0 ? { low: 10_000 / points.high, high: 10_000 / points.low } : null;
}

// ------------------------------------------------------------------ the table

function datesTable(symbol, day, rows) {
  const known = (value, writer, row, key) => (value === null || value === undefined ? dash(reason(row.reasons, key)) : figure(value, writer));
  const of = (key, writer) => (row) => known(row[key], writer, row, key);
  const number = (key, name, unit, value, node) => ({ key, label: name, unit, width: "7rem", number: true, value, node });
  const columns = [
    {
      key: "day",
      label: "Holdings of",
      header: true,
      width: "11rem",
      value: (row) => row.holdings_as_of,
      node: (row) => [
        h("a", { href: address(path`etf/${symbol}`, { as_of: row.holdings_as_of }), "aria-current": row.holdings_as_of === day ? "true" : null }, row.holdings_as_of),
        row.complete ? null : [" ", badge("warn", "partial")],
      ],
    },
    number("rows", "Lines", null, (row) => row.rows, of("rows", write.count)),
    number("weight", "Listed weight", "%", (row) => row.weight_pct, of("weight_pct", write.percent)),
    number("top", "Top 10", "%", (row) => low(row.top_10_pct), of("top_10_pct", write.percent)),
    number("effective", "Effective holdings", null, (row) => low(effective(row)), (row) => known(effective(row), write.about, row, "hhi_points")),
    number("hhi", "Herfindahl index", "points", (row) => low(row.hhi_points), of("hhi_points", write.about)),
    {
      key: "largest",
      label: "Largest",
      width: "9rem",
      value: (row) => row.largest?.symbol ?? row.largest?.name ?? null,
      node: (row) => (row.largest ? h("span", { title: row.largest.name }, `${row.largest.symbol ?? row.largest.name ?? "without a name"}, ${write.percent(row.largest.weight_pct)} %`) : dash(reason(row.reasons, "largest"))),
    },
    number("added", "Added", null, (row) => row.added_count, of("added_count", write.count)),
    number("removed", "Removed", null, (row) => row.removed_count, of("removed_count", write.count)),
    number("price", "Price then", "USD", (row) => row.last_price, of("last_price", write.usd)),
    { key: "fetched", label: "Fetched", width: "13rem", value: (row) => row.fetched_at, node: (row) => h("span", {}, utc(row.fetched_at)) },
    { key: "why", label: "Why figures are missing", width: "26rem", value: why, node: (row) => h("span", { title: why(row) }, why(row)) },
  ];
  const caption = "The holdings dates that are stored; added and removed are counted against the date before, and the price is that of the time of the fetch";
  return new DataTable({ caption, columns, rows, noun: ["date", "dates"], state: { sort: "-day" } }).element;
}

/** Why figures of a date are not known, each reason once. */
function why({ reasons }) {
  return [...new Set(Object.values(reasons ?? {}))].map((code) => meaning("Reason", code)).join("; ");
}

// ------------------------------------------------------------------ figures

function figures(symbol, rows, table) {
  const panels = PANELS.map((panel) => ({ ...panel, points: pointsOf(panel, rows) }));
  const isRange = panels.some(({ points }) => points.some(({ value }) => isBounds(value)));
  const isUnknown = panels.some(({ points }) => points.some(({ value }) => value === null));
  const legend = [
    "Each point is a stored holdings date.",
    isRange ? "A hatched bar is a range: the figure is between its ends, and the line is broken there." : null,
    isUnknown ? "Where a figure is not known the line has a gap; the table says why." : null,
  ];
  const drawn = chart({
    title: `${counted(rows.length, "holdings date", "holdings dates")} of ${symbol}, ${rows.at(-1).holdings_as_of} to ${rows[0].holdings_as_of}`,
    summary: panels.map(({ title, points, writer }) => `${title}: ${text(points.at(-1)?.value ?? null, writer)} at last`).join("; "),
    name: `${symbol}-over-time`,
    height: 600,
    legend: h("p", { class: "legend" }, legend.filter(Boolean).join(" ")),
    option: (colours, canvas) => option(panels, colours, canvas),
    table,
  });
  drawn.querySelector("details").open = true; // its dates are links to their holdings
  return drawn;
}

/** Oldest first: [{time, day, value}]. A figure without a day has no place in time. */
function pointsOf({ when, of }, rows) {
  return rows
    .map((row) => ({ day: when(row), value: of(row) ?? null }))
    .filter(({ day }) => day)
    .map((point) => ({ ...point, time: Date.parse(point.day) }))
    .sort((a, b) => a.time - b.time);
}

function option(panels, colours, canvas) {
  const isWide = canvas.clientWidth > 700;
  const place = (at) =>
    isWide
      ? { left: at % 2 ? "54%" : 12, right: at % 2 ? 36 : "53%", top: at < 2 ? 34 : 334, height: 220, containLabel: false }
      : { left: 12, right: 36, top: 34 + at * 148, height: 80 };
  const times = panels.flatMap(({ points }) => points.map(({ time }) => time));
  const [first, last] = [times.reduce((a, b) => Math.min(a, b)), times.reduce((a, b) => Math.max(a, b))];
  // A margin, so that the first and the last range are not cut in half.
  const margin = Math.max(DAY / 2, (last - first) * 0.02);
  const axis = { axisLabel: { color: colours.muted, hideOverlap: true }, axisLine: { lineStyle: { color: colours.line } }, splitLine: { lineStyle: { color: colours.line } } };
  const grids = panels.map((_, at) => ({ ...place(at), containLabel: true }));
  return {
    useUTC: true,
    title: panels.map(({ title }, at) => ({ text: title, left: grids[at].left, top: grids[at].top - 26, padding: 0, textStyle: { color: colours.text, fontSize: 13, fontWeight: 600, fontFamily: colours.font } })),
    grid: grids,
    tooltip: {
      ...tooltip(colours, (found) => {
        const { seriesId, dataIndex } = [found].flat()[0];
        const { title, points, writer } = panels[Number(seriesId.split("-")[1])];
        return `${points[dataIndex].day}\n${title}: ${text(points[dataIndex].value, writer)}`;
      }),
      trigger: "item",
    },
    xAxis: panels.map((_, at) => ({
      ...axis,
      type: "time",
      gridIndex: at,
      min: first - margin,
      max: last + margin,
      minInterval: DAY,
      splitNumber: 3,
      splitLine: { show: false },
      axisLabel: { ...axis.axisLabel, formatter: (time) => (time % DAY ? "" : new Date(time).toISOString().slice(0, 10)) },
    })),
    yAxis: panels.map(({ writer, points }, at) => ({ ...axis, type: "value", gridIndex: at, scale: true, splitNumber: isWide ? 4 : 2, ...ends(points), axisLabel: { ...axis.axisLabel, formatter: (value) => writer(value) } })),
    series: panels.flatMap(({ points }, at) => [line(points, at, colours), ranges(points, at, colours)]),
  };
}

/** The ends of an axis must leave room for ranges, which the library does not see, and for a line that is level. */
function ends(points) {
  const known = points.map(({ value }) => value).filter((value) => value !== null);
  const values = known.flatMap((value) => (isBounds(value) ? [value.low, value.high] : [value]));
  if (!values.length) return {};
  const [least, most] = [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))];
  if (known.some(isBounds)) return { min: 0 };
  if (most > least) return {};
  const room = Math.max(1, Math.round(Math.abs(least) * 0.01));
  return { min: least - room, max: least + room, interval: room };
}

function line(points, at, colours) {
  const colour = colours.series[at];
  return {
    id: `line-${at}`,
    type: "line",
    xAxisIndex: at,
    yAxisIndex: at,
    data: points.map(({ time, value }) => [time, value === null || isBounds(value) ? "-" : value]),
    connectNulls: false,
    symbol: "circle",
    symbolSize: points.length > 90 ? 3 : 6,
    showSymbol: true,
    showAllSymbol: true,
    lineStyle: { color: colour, width: 2 },
    itemStyle: { color: colour },
  };
}

/** Where a figure is a range: a hatched bar from its low to its high end. */
function ranges(points, at, colours) {
  const colour = colours.series[at];
  return {
    id: `range-${at}`,
    type: "custom",
    xAxisIndex: at,
    yAxisIndex: at,
    encode: { x: 0, y: [1, 2] },
    data: points.map(({ time, value }) => (isBounds(value) ? [time, value.low, value.high] : [time, Number.NaN, Number.NaN])),
    renderItem: ({ coordSys }, api) => {
      if (Number.isNaN(api.value(1))) return null;
      const [x, bottom] = api.coord([api.value(0), api.value(1)]);
      const [, top] = api.coord([api.value(0), api.value(2)]);
      const width = Math.max(3, Math.min(16, (coordSys.width / points.length) * 0.6));
      return { type: "rect", shape: { x: x - width / 2, y: top, width, height: Math.max(1, bottom - top) }, style: { fill: hatched(colour), stroke: colour } };
    },
  };
}

// ------------------------------------------------------------------ sectors

/** Sectors by date, stacked: what is certain of each, and above it what is not known. */
function sectors(symbol, rows) {
  const dated = [...rows].reverse();
  const names = [...new Set(rows.flatMap((row) => (row.sectors ?? []).map((each) => each.sector)))].sort((a, b) => (a === UNCLASSIFIED) - (b === UNCLASSIFIED));
  if (!names.length) return h("p", { class: "muted" }, `Sectors cannot be drawn: ${reason(rows[0].reasons, "sectors") ?? "no line is in one"}.`);
  const weights = (row) => new Map((row.sectors ?? []).map((each) => [each.sector, each.weight_pct]));
  const days = dated.map((row) => ({ row, weights: weights(row), open: notKnown(row) }));
  const colour = (at) => (names[at] === UNCLASSIFIED ? 11 : at % 11);
  const isOpen = days.some(({ open }) => open > 0);
  const swatch = (name, style, kind = "") => h("span", { class: "key" }, h("span", { class: `swatch ${kind}`, style, "aria-hidden": "true" }), name);
  const legend = [
    names.map((name, at) => swatch(name, { background: `var(--series-${colour(at) + 1})` })),
    isOpen ? swatch("not known", {}, "open") : null,
    isOpen ? h("span", {}, "Colours show what is certain of each sector, the low end of a range; hatched is what is not known.") : null,
  ];
  const shown = (name) => (day) => {
    if (day.row.sectors === null) return unknown(reason(day.row.reasons, "sectors"));
    if (day.weights.has(name)) return figure(day.weights.get(name), write.percent, day.row.reasons, "sectors.weight_pct");
    return day.row.complete ? write.percent(0) : unknown("no line of it is listed");
  };
  const table = new DataTable({
    caption: "Sectors by holdings date, per cent of the fund",
    rows: days,
    noun: ["date", "dates"],
    state: { sort: "-day" },
    columns: [
      { key: "day", label: "Holdings of", header: true, width: "8rem", value: (day) => day.row.holdings_as_of, text: (day) => day.row.holdings_as_of },
      ...names.map((name, at) => ({ key: `sector-${at}`, label: name, unit: "%", width: "8.5rem", number: true, value: (day) => low(day.weights.get(name) ?? null), node: shown(name) })),
      { key: "open", label: "Not known", unit: "%", width: "8.5rem", number: true, value: (day) => day.open, text: (day) => write.percent(day.open) },
    ],
  });
  table.table.style.minWidth = `${16.5 + 8.5 * names.length}rem`;
  return chart({
    title: "Sectors over time, per cent of the fund",
    summary: `${counted(days.length, "date", "dates")}; on ${rows[0].holdings_as_of}: ${names.map((name) => `${name} ${text(days.at(-1).weights.get(name) ?? null, write.percent)}`).join(", ")}.`,
    name: `${symbol}-sectors-over-time`,
    height: 300,
    legend: h("p", { class: "legend" }, legend),
    option: (colours) => stacked(days, names, colour, colours),
    table: table.element,
  });
}

/** What is certain of no sector on a date: all of it without sectors; else what the ranges leave open, up to 100 %. */
function notKnown({ sectors: found }) {
  if (!found) return 100;
  if (!found.some((each) => each.weight_pct === null || isBounds(each.weight_pct))) return 0;
  return Math.max(0, 100 - found.reduce((sum, each) => sum + Math.max(0, low(each.weight_pct) ?? 0), 0));
}

function stacked(days, names, colour, colours) {
  const bar = { type: "bar", stack: "sectors", barCategoryGap: days.length > 60 ? "0%" : "20%", barMaxWidth: 60 };
  const axis = { axisLabel: { color: colours.muted, hideOverlap: true }, axisLine: { lineStyle: { color: colours.line } }, splitLine: { lineStyle: { color: colours.line } } };
  const open = { fill: hatched(colours.muted), border: colours.muted };
  return {
    grid: { left: 8, right: 8, top: 12, bottom: 22, containLabel: true },
    tooltip: {
      ...tooltip(colours, ({ seriesIndex, dataIndex }) => {
        const { row, weights, open: rest } = days[dataIndex];
        if (seriesIndex === names.length) return `${row.holdings_as_of}\nnot known: ${write.percent(rest)} %${row.sectors ? "" : `\n${label(reason(row.reasons, "sectors") ?? "")}`}`;
        return `${row.holdings_as_of}\n${label(names[seriesIndex])}: ${text(weights.get(names[seriesIndex]) ?? null, write.percent)} %`;
      }),
      trigger: "item",
    },
    xAxis: { type: "category", data: days.map(({ row }) => row.holdings_as_of), axisTick: { show: false }, ...axis },
    yAxis: { type: "value", min: (value) => Math.min(0, Math.floor(value.min)), max: (value) => Math.max(100, Math.ceil(value.max)), ...axis },
    series: [
      ...names.map((name, at) => ({ ...bar, data: days.map(({ weights }) => low(weights.get(name) ?? null) ?? 0), itemStyle: { color: colours.series[colour(at)] } })),
      { ...bar, data: days.map((day) => day.open), itemStyle: { color: open.fill, borderColor: open.border, borderWidth: 1 } },
    ],
  };
}
