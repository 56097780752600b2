// Two bars for each name, before and after, each of which can be a range.

import { begins, chart, hatched, label, tooltip } from "./charts.js";
import { h } from "./dom.js";
import { high, isBounds, low, text, write } from "./format.js";

const SIDES = [
  { key: "before", words: "before", colour: 11 },
  { key: "after", words: "after", colour: 0 },
];

/**
 * A chart of `items`: [{name, before, after}], weights in per cent, bounds or null where they are not known, with `table`
 * behind it.
 */
export function pairedBars({ title, name, items, table }) {
  const isRanged = items.some(({ before, after }) => isBounds(before) || isBounds(after));
  const words = ({ name: of, before, after }) => `${of} ${text(before, write.percent)} to ${text(after, write.percent)}`;
  return chart({
    title,
    summary: items.map(words).join(", "),
    name,
    height: 56 + 34 * items.length,
    legend: h(
      "p",
      { class: "legend" },
      SIDES.map((side) => h("span", { class: "key" }, h("span", { class: `swatch side-${side.key}`, "aria-hidden": "true" }), side.words)),
      isRanged ? h("span", {}, "Hatched: what unlisted or doubtful lines may add.") : null,
    ),
    option: (colours, canvas) => option(items, words, colours, canvas.clientWidth),
    table,
  });
}

function option(items, words, colours, width) {
  const left = width < 500 ? 112 : 180;
  const of = (value) => value ?? 0;
  const series = SIDES.flatMap(({ key, colour }) => [
    { data: items.map((item) => begins(of(item[key]))), itemStyle: { color: colours.series[colour] } },
    {
      data: items.map((item) => (high(of(item[key])) > 0 ? high(of(item[key])) : low(of(item[key]))) - begins(of(item[key]))),
      itemStyle: { color: hatched(colours.series[colour]), borderColor: colours.series[colour], borderWidth: 1 },
    },
  ].map((part) => ({ type: "bar", stack: key, stackStrategy: "all", barMaxWidth: 12, ...part })));
  return {
    grid: { left, right: 16, top: 8, bottom: 28 },
    tooltip: { ...tooltip(colours, ([{ dataIndex }]) => `${label(words(items[dataIndex]))} %`), trigger: "axis", axisPointer: { type: "shadow" } },
    xAxis: { type: "value", splitNumber: width < 500 ? 2 : 4, axisLabel: { color: colours.muted, hideOverlap: true }, splitLine: { lineStyle: { color: colours.line } } },
    yAxis: {
      type: "category",
      inverse: true,
      data: items.map((item) => label(item.name)),
      axisLabel: { color: colours.text, width: left - 10, overflow: "truncate", fontSize: 11, interval: 0 },
      axisLine: { onZero: false, lineStyle: { color: colours.line } },
      axisTick: { show: false },
    },
    series,
  };
}
