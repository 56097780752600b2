// Bars to both sides of zero, for what can be above and below it.

import { begins, chart, hatched, label, tooltip } from "./charts.js";
import { changeWriter, counted, high, isBounds, low, signed, text, write } from "./format.js";
import { change, figure } from "./notices.js";
import { plainTable } from "./table.js";

/** Pixels of the number beside a bar. */
const ROOM = 64;

/**
 * A chart of `items`: [{name, value, note}], with its table behind it. `value` is a number or bounds, drawn solid to the end
 * nearer to 0 and hatched to the other; `of` heads the names, `unit` is of the values, `legend` a node above the bars.
 */
export function signedBars({ title, of, unit, name, items, legend = null, table = null }) {
  const draw = items.some(({ value }) => isBounds(value)) ? rangedOption : option;
  return chart({
    title,
    summary: `${counted(items.length, "bar", "bars")}: ${items.map((item) => `${item.name} ${written(item.value)}`).join(", ")}`,
    name,
    height: 64 + (draw === option ? 24 : 38) * items.length,
    legend,
    option: (colours, canvas) => draw(items, unit, colours, canvas.clientWidth),
    table:
      table ??
      plainTable({
        caption: title,
        rows: items,
        columns: [
          { label: of, header: true, text: (row) => row.name },
          items.some((item) => item.note) ? { label: "What", text: (row) => row.note ?? "" } : null,
          { label: "Size", unit, number: true, node: (row) => (isBounds(row.value) ? figure(row.value, changeWriter(write.percent)) : change(row.value, write.points)) },
        ].filter(Boolean),
      }),
  });
}

/** A value with its sign, or both ends of bounds with theirs. */
function written(value) {
  return isBounds(value) ? text(value, changeWriter(write.percent)) : signed(value, write.points);
}

function option(items, unit, colours, width) {
  const left = width < 500 ? 112 : width < 800 ? 148 : 220;
  const above = items.reduce((most, { value }) => Math.max(most, value), 0);
  const below = items.reduce((most, { value }) => Math.max(most, -value), 0);
  // The number of a bar to the left stands at its end, and needs room within the axis.
  const drawn = Math.max(40, width - left - ROOM - (below > 0 ? ROOM : 0));
  const room = below > 0 ? (ROOM * (above + below)) / drawn : 0;
  return {
    grid: { left, right: ROOM, top: 8, bottom: 40 },
    tooltip: told(items, unit, colours),
    xAxis: {
      type: "value",
      min: -(below + room),
      max: above || (below ? 0 : 1),
      splitNumber: width < 500 ? 2 : 4,
      axisLabel: { color: colours.muted, hideOverlap: true, showMinLabel: false, showMaxLabel: false, formatter: (value) => signed(value, write.rate) },
      splitLine: { lineStyle: { color: colours.line } },
    },
    yAxis: names(items.map((item) => label(item.name)), left, colours),
    series: [
      {
        type: "bar",
        barMaxWidth: 16,
        data: items.map(({ value }) => ({
          value,
          itemStyle: { color: value < 0 ? colours.series[1] : colours.series[0] },
          label: { show: true, position: value < 0 ? "left" : "right", color: colours.text, formatter: () => signed(value, write.points) },
        })),
      },
    ],
  };
}

/** Bars of which some are ranges. Both ends need more room than there is beside a bar, so they stand below the name. */
function rangedOption(items, unit, colours, width) {
  const left = width < 500 ? 124 : 160;
  const shade = (value) => colours.series[high(value) > 0 ? 0 : 1];
  const crosses = (value) => low(value) < 0 && high(value) > 0;
  const outer = (value) => (high(value) > 0 ? high(value) : low(value));
  const part = (data) => ({ type: "bar", stack: "figure", stackStrategy: "all", barMaxWidth: 16, data });
  return {
    grid: { left, right: 16, top: 8, bottom: 40 },
    tooltip: told(items, unit, colours),
    xAxis: {
      type: "value",
      splitNumber: width < 500 ? 2 : 4,
      axisLabel: { color: colours.muted, hideOverlap: true, formatter: (value) => signed(value, write.rate) },
      splitLine: { lineStyle: { color: colours.line } },
    },
    yAxis: names(items.map((item) => `${label(item.name)}\n${written(item.value)}`), left, colours),
    series: [
      part(items.map(({ value }) => ({ value: begins(value), itemStyle: { color: crosses(value) ? "transparent" : shade(value) } }))),
      part(items.map(({ value }) => ({ value: outer(value) - begins(value), itemStyle: { color: hatched(shade(value)), borderColor: shade(value), borderWidth: isBounds(value) ? 1 : 0 } }))),
    ],
  };
}

function told(items, unit, colours) {
  const words = ([{ dataIndex }]) => {
    const { name, value, note } = items[dataIndex];
    return `${label(name)}${note ? `: ${note}` : ""}\n${written(value)} ${unit}`;
  };
  return { ...tooltip(colours, words), trigger: "axis", axisPointer: { type: "shadow" } };
}

function names(data, left, colours) {
  return {
    type: "category",
    inverse: true,
    data,
    axisLabel: { color: colours.text, width: left - 10, overflow: "truncate", fontSize: 11, lineHeight: 14, interval: 0 },
    axisLine: { onZero: false, lineStyle: { color: colours.line } },
    axisTick: { show: false },
  };
}
