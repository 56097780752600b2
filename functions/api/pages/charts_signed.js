// Bars to both sides of zero, for what can be above and below it.

import { chart, label, tooltip } from "./charts.js";
import { counted, signed, write } from "./format.js";
import { change } from "./notices.js";
import { plainTable } from "./table.js";

/** Pixels of the number beside a bar. */
const ROOM = 64;

/** A chart of `items`: [{name, value, note}], with its table behind it. `of` heads the names, `unit` is of the values. */
export function signedBars({ title, of, unit, name, items, table = null }) {
  return chart({
    title,
    summary: `${counted(items.length, "bar", "bars")}: ${items.map((item) => `${item.name} ${signed(item.value, write.points)}`).join(", ")}`,
    name,
    height: 64 + 24 * items.length,
    option: (colours, canvas) => option(items, unit, colours, canvas.clientWidth),
    table:
      table ??
      plainTable({
        caption: title,
        rows: items,
        columns: [
          { label: of, header: true, text: (row) => row.name },
          items.some((item) => item.note) ? { label: "What", text: (row) => row.note ?? "" } : null,
          { label: "Size", unit, number: true, node: (row) => change(row.value, write.points) },
        ].filter(Boolean),
      }),
  });
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
    tooltip: {
      ...tooltip(colours, ([{ dataIndex }]) => {
        const { name, value, note } = items[dataIndex];
        return `${label(name)}${note ? `: ${note}` : ""}\n${signed(value, write.points)} ${unit}`;
      }),
      trigger: "axis",
      axisPointer: { type: "shadow" },
    },
    xAxis: {
      type: "value",
      min: -(below + room),
      max: above || (below ? 0 : 1),
      splitNumber: width < 500 ? 2 : 4,
      axisLabel: { color: colours.muted, hideOverlap: true, showMinLabel: false, showMaxLabel: false, formatter: (value) => signed(value, write.rate) },
      splitLine: { lineStyle: { color: colours.line } },
    },
    yAxis: {
      type: "category",
      inverse: true,
      data: items.map((item) => label(item.name)),
      axisLabel: { color: colours.text, width: left - 10, overflow: "truncate", fontSize: 11, interval: 0 },
      axisLine: { onZero: false, lineStyle: { color: colours.line } },
      axisTick: { show: false },
    },
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
