// The charts of one fund's composition: what it holds by sector, and how concentrated it is.

import { chart, hatched, label, readable, tooltip } from "./charts.js";
import { h } from "./dom.js";
import { counted, high, isBounds, low, text, write } from "./format.js";
import { figure, notice } from "./notices.js";
import { plainTable } from "./table.js";
import { reason } from "./words.js";

const COUNTED = new Set(["equity", "etf", "bond", "other"]);

/** Sectors and their largest holdings as areas. */
export function treemap(data, fund) {
  const weights = new Map(data.sectors.weights.map((row) => [row.sector, row.weight_pct]));
  const groups = (data.sector_holdings ?? []).map(({ sector, holdings }) => group(sector, holdings, weights.get(sector) ?? null));
  if (!groups.length) return notice("warn", h("p", {}, `The weights cannot be drawn: ${reason(data.reasons, "sectors.classified_pct") ?? "no line counts"}.`));
  const rows = groups.flatMap((each) => each.rows.map((row) => ({ sector: each.sector, ...row })));
  const isPartial = !data.complete;
  return chart({
    title: "Holdings by sector: the area is the listed weight",
    summary: groups.map((each) => `${each.sector} ${write.percent(each.listed)} %`).join(", "),
    name: `${fund.symbol}-treemap`,
    height: 420,
    legend: isPartial
      ? h("p", { class: "legend" }, `Only listed lines are drawn, ${write.percent(groups.reduce((sum, each) => sum + each.listed, 0))} % of the fund. Unlisted lines can weigh ${text(data.unseen_pct, write.percent)} % more.`)
      : null,
    option: (colours, canvas) => option(groups, colours, canvas),
    table: plainTable({
      caption: "The largest holdings of each sector, per cent of the fund",
      rows,
      columns: [
        { key: "sector", label: "Sector", text: (row) => row.sector },
        { key: "symbol", label: "Symbol", text: (row) => row.symbol ?? "" },
        { key: "name", label: "Name", header: true, text: (row) => row.name },
        { key: "weight", label: "Weight", unit: "%", number: true, node: (row) => figure(row.weight, write.percent) },
      ],
    }),
  });
}

function group(sector, holdings, weight) {
  const rows = holdings.map((row) => ({ symbol: row.symbol, name: row.name ?? row.symbol ?? "without a name", weight: row.weight_pct }));
  const named = rows.reduce((sum, row) => sum + row.weight, 0);
  // The low end of a sector's weight is what is listed of it.
  const listed = Math.max(named, low(weight) ?? named);
  const rest = listed - named;
  if (rest > 0.005) rows.push({ symbol: null, name: "all other listed lines", weight: rest });
  return { sector, listed, rows };
}

function option(groups, colours, canvas) {
  const total = groups.reduce((sum, each) => sum + each.listed, 0);
  // The side of a square of so much weight: a name that would be cut to a letter is left out.
  const side = (weight) => Math.sqrt((canvas.clientWidth * canvas.clientHeight * weight) / total);
  const written = ({ data }) => {
    if (side(data.value) < (data.isSymbol ? 32 : 70)) return "";
    return side(data.value) < 46 ? data.name : `${data.name}\n${write.percent(data.value)}`;
  };
  const children = ({ rows }) => rows.map((row) => ({ name: label(row.symbol ?? row.name), isSymbol: row.symbol !== null, full: label(row.name), value: row.weight }));
  return {
    tooltip: tooltip(colours, ({ data, treePathInfo }) => {
      const sector = treePathInfo?.[1]?.name;
      return `${data.full ?? data.name}${data.full && sector ? `\n${sector}` : ""}\n${write.percent(data.value)} %`;
    }),
    series: [
      {
        type: "treemap",
        left: 0,
        right: 0,
        top: 0,
        bottom: 18,
        roam: false,
        nodeClick: false,
        breadcrumb: { show: false },
        itemStyle: { borderColor: colours.back, borderWidth: 1, gapWidth: 1 },
        label: { overflow: "truncate", lineHeight: 15, formatter: written },
        upperLabel: { show: true, height: 20, color: colours.text, formatter: ({ data }) => `${data.name} ${write.percent(data.value)} %` },
        levels: [{ itemStyle: { borderWidth: 0, gapWidth: 3 }, upperLabel: { show: false } }, { itemStyle: { borderColor: colours.line, borderWidth: 1, gapWidth: 1 } }],
        data: groups.map((each, at) => {
          const colour = each.sector === "Unclassified" ? colours.series.at(-1) : colours.series[at % (colours.series.length - 1)];
          return {
            name: label(each.sector),
            value: each.listed,
            itemStyle: { color: colour },
            children: children(each).map((child) => ({ ...child, itemStyle: { color: colour }, label: { color: readable(colour) } })),
          };
        }),
      },
    ],
  };
}

/** How much of the weight the largest lines make up together. */
export function concentrationCurve(data, fund) {
  const weights = fund.data.holdings
    .filter((row) => COUNTED.has(row.asset_class) && row.weight_pct > 0)
    .map((row) => row.weight_pct)
    .sort((a, b) => b - a);
  let sum = 0;
  const points = weights.map((weight, at) => [at + 1, (sum += weight)]);
  const table = top(data);
  if (!points.length) return table;
  const unseen = data.unseen_pct;
  const notes = [
    isBounds(unseen) || unseen === null
      ? `The curve ends at the last listed line. Beyond it, unlisted lines can add ${text(unseen, write.percent)} %: the end of the curve is a range.`
      : null,
    data.implied_rows === 0
      ? null
      : `Lines that read 0.00 are not drawn (${text(data.implied_rows, write.count)}); in the other figures they count with the weight that their value implies.`,
  ].filter(Boolean);
  const legend = notes.length ? h("p", { class: "legend" }, notes.join(" ")) : null;
  return chart({
    title: "Concentration: weight of the largest lines together, per cent",
    summary: `The ten largest have ${text(data.concentration.top_pct["10"], write.percent)} per cent; ${counted(points.length, "line", "lines")} with a weight above 0 ${points.length === 1 ? "is" : "are"} drawn.`,
    name: `${fund.symbol}-concentration`,
    height: 280,
    legend,
    option: (colours) => curve(points, isBounds(unseen) ? unseen : null, colours),
    table,
  });
}

function curve(points, unseen, colours) {
  const [last, seen] = points.at(-1);
  const axis = { axisLabel: { color: colours.muted, hideOverlap: true }, axisLine: { lineStyle: { color: colours.line } }, splitLine: { lineStyle: { color: colours.line } }, nameTextStyle: { color: colours.muted } };
  const series = [
    { type: "line", data: points, showSymbol: points.length === 1, sampling: "lttb", lineStyle: { color: colours.series[0], width: 2 }, itemStyle: { color: colours.series[0] } },
  ];
  if (unseen && unseen.high > 0) {
    series.push({
      type: "custom",
      silent: true,
      encode: { x: 0, y: 1 },
      data: [[last, seen]],
      renderItem: (_, api) => {
        const [x, y] = api.coord([last, seen + unseen.low]);
        const [, top] = api.coord([last, seen + unseen.high]);
        return { type: "rect", shape: { x: x - 10, y: top, width: 10, height: Math.max(1, y - top) }, style: { fill: hatched(colours.series[0]), stroke: colours.series[0] } };
      },
    });
  }
  return {
    grid: { left: 8, right: 24, top: 28, bottom: 28, containLabel: true },
    tooltip: { ...tooltip(colours, ([point]) => `${counted(point.value[0], "line", "lines")}\n${write.percent(point.value[1])} %`), trigger: "axis" },
    xAxis: { type: "value", name: "lines, largest first", nameLocation: "middle", nameGap: 24, min: 1, max: Math.max(2, last), minInterval: 1, ...axis },
    yAxis: { type: "value", min: 0, max: Math.ceil(Math.max(100, seen + (high(unseen) ?? 0))), ...axis },
    series,
  };
}

function top({ concentration, reasons }) {
  return plainTable({
    caption: "Weight of the largest holdings together, per cent",
    rows: Object.entries(concentration.top_pct),
    columns: [
      { key: "count", label: "Largest", header: true, text: ([count]) => count },
      { key: "weight", label: "Weight", unit: "%", number: true, node: ([count, weight]) => figure(weight, write.percent, reasons, `concentration.top_pct.${count}`) },
    ],
  });
}
