// Charts by the chart library, which is loaded when the first chart comes into sight. Each has its table behind it.

import { root, save } from "./api.js";
import { h } from "./dom.js";
import { ends, high, isBounds, low, text } from "./format.js";
import { isSample } from "./sample.js";

const dark = matchMedia("(prefers-color-scheme: dark)");
const library = document.querySelector('meta[name="charts"]').content;
let loading = null;

function loaded() {
  // The library is a script of the usual kind: loaded as a module, it sets the global `echarts`.
  loading ??= library
    ? import(new URL(library, root)).then(() => globalThis.echarts)
    : Promise.reject(new Error("the chart library is not installed"));
  return loading;
}

/** The colours of the page, as the style sheet has them for light and dark. */
export function theme() {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    text: colour("text"),
    muted: colour("muted"),
    line: colour("line"),
    back: colour("back"),
    panel: colour("panel"),
    accent: colour("accent"),
    font: style.fontFamily,
    series: Array.from({ length: 12 }, (_, at) => colour(`series-${at + 1}`)),
    /** From nothing to all, for heat maps. */
    heat: [colour("heat-0"), colour("heat-1")],
  };
}

/** A name as the library may have it in a label or a tooltip: it reads braces as instructions. */
export function label(name) {
  return String(name ?? "").replaceAll("{", "(").replaceAll("}", ")");
}

function watermark(colours, height) {
  const size = Math.min(56, Math.round(height / 3));
  return {
    graphic: [
      {
        type: "text",
        left: "center",
        top: "middle",
        rotation: Math.PI / 8,
        silent: true,
        z: 100,
        style: { text: "SAMPLE", font: `bold ${size}px ${colours.font}`, fill: colours.text, opacity: 0.13 },
      },
      {
        type: "text",
        right: 4,
        bottom: 2,
        silent: true,
        z: 100,
        style: { text: "SAMPLE data, made up", font: `bold 11px ${colours.font}`, fill: colours.text },
      },
    ],
  };
}

/**
 * A chart with its table behind it.
 * `title` stands above it; `summary` says in a sentence what it shows, for those who cannot see it; `option(theme)` is
 * the library's option, of which `option(theme, canvas)` can ask the size; `table` is a node with the same figures; `height` in pixels; `legend` a node between.
 */
export function chart({ title, summary, option, table, height = 320, minWidth = 0, legend = null, name = "chart" }) {
  const canvas = h("div", {
    class: "canvas",
    role: "img",
    "aria-label": `${isSample() ? "SAMPLE data. " : ""}${title}. ${summary}`,
    style: { height: `${height}px`, minWidth: minWidth ? `${minWidth}px` : null },
  });
  const behind = h("details", { class: "behind" }, h("summary", {}, `Table: ${title}`), table);
  // It has its place from the start, so that nothing moves when the chart is drawn.
  const picture = h("button", { type: "button", class: "quiet", style: { visibility: "hidden" } }, "Save as PNG");
  const figure = h(
    "figure",
    { class: "chart" },
    h("figcaption", {}, title),
    legend,
    h("div", { class: "canvas-scroll", tabindex: minWidth ? "0" : null, role: minWidth ? "group" : null, "aria-label": minWidth ? title : null }, canvas),
    h("div", { class: "tools" }, picture),
    behind,
  );
  let drawn = null;
  const options = () => {
    const colours = theme();
    return {
      animation: false,
      textStyle: { fontFamily: colours.font, color: colours.text },
      ...(isSample() ? watermark(colours, height) : {}),
      ...option(colours, canvas),
    };
  };
  const redraw = () => drawn.setOption(options(), { notMerge: true });
  const resized = () => {
    if (figure.isConnected) return drawn.resize();
    // The view was left: what is not disposed of stays in memory, with its picture, as long as the tab.
    size.disconnect();
    dark.removeEventListener("change", redraw);
    document.removeEventListener("sample", redraw);
    drawn.dispose();
  };
  const size = new ResizeObserver(resized);
  const draw = async () => {
    try {
      const echarts = await loaded();
      if (!figure.isConnected) return;
      drawn = echarts.init(canvas, null, { renderer: "canvas" });
      drawn.setOption(options());
      figure.dataset.drawn = "true";
      picture.style.visibility = "visible";
      picture.addEventListener("click", () => saved(drawn, name));
      size.observe(canvas);
      dark.addEventListener("change", redraw);
      document.addEventListener("sample", redraw);
    } catch {
      canvas.replaceWith(h("p", { class: "empty" }, "The chart cannot be drawn here: the table below has the same figures."));
      figure.dataset.drawn = "false";
      behind.open = true;
    }
  };
  const watcher = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    watcher.disconnect();
    draw();
  }, { rootMargin: "200px" });
  watcher.observe(figure);
  return figure;
}

function saved(drawn, name) {
  const back = theme().back;
  drawn.renderToCanvas({ pixelRatio: 2, backgroundColor: back }).toBlob((blob) => save(blob, `${isSample() ? "SAMPLE-" : ""}${name}.png`));
}

/** A tooltip that is drawn and not put into the document, so that no name in it can become markup. */
export function tooltip(colours, formatter) {
  return {
    renderMode: "richText",
    confine: true,
    backgroundColor: colours.panel,
    borderColor: colours.line,
    textStyle: { color: colours.text, fontSize: 12 },
    formatter,
  };
}

/**
 * Bars for figures that can be bounds: solid to the low end, hatched from there to the high end; both ends are written.
 * `items`: [{name, value}], `value` a number, bounds or null; `writer` writes the numbers.
 */
export function rangeBars({ items, writer, unit }) {
  const known = items.filter((item) => item.value !== null);
  // Symbols need less room than names, and a phone has little.
  const room = Math.min(138, 8 + 7 * Math.max(0, ...known.map((item) => item.name.length)));
  return (colours) => ({
    grid: { left: room + 10, right: 96, top: 8, bottom: 28 },
    tooltip: { ...tooltip(colours, ([first]) => `${label(known[first.dataIndex].name)}\n${text(known[first.dataIndex].value, writer)} ${unit}`), trigger: "axis", axisPointer: { type: "shadow" } },
    xAxis: { type: "value", splitNumber: 4, axisLabel: { color: colours.muted, hideOverlap: true }, splitLine: { lineStyle: { color: colours.line } } },
    yAxis: {
      type: "category",
      inverse: true,
      data: known.map((item) => label(item.name)),
      axisLabel: { color: colours.text, width: room, overflow: "truncate", fontSize: 11, interval: 0 },
      axisLine: { lineStyle: { color: colours.line } },
      axisTick: { show: false },
    },
    series: [
      {
        type: "bar",
        stack: "figure",
        stackStrategy: "all", // a range may lie on both sides of 0
        barMaxWidth: 18,
        data: known.map(({ value }) => ({ value: begins(value), itemStyle: low(value) < 0 && high(value) > 0 ? { color: "transparent" } : {} })),
        itemStyle: { color: colours.series[0] },
      },
      {
        type: "bar",
        stack: "figure",
        stackStrategy: "all",
        barMaxWidth: 18,
        data: known.map(({ value }) => (high(value) > 0 ? high(value) : low(value)) - begins(value)),
        itemStyle: { color: hatched(colours.series[0]), borderColor: colours.series[0], borderWidth: 1 },
        label: {
          show: true,
          position: "right",
          color: colours.text,
          formatter: ({ dataIndex }) => text(known[dataIndex].value, writer),
        },
      },
    ],
  });
}

/** Where the hatched part of a bar begins: at the end nearer to 0, or at the low end where 0 lies between both. */
export function begins(value) {
  return high(value) > 0 ? low(value) : high(value);
}

/** A hatched fill, for what may be there and may not. */
export function hatched(colour) {
  const image = document.createElement("canvas");
  image.width = image.height = 8;
  const context = image.getContext("2d");
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.beginPath();
  for (const shift of [-8, 0, 8]) {
    context.moveTo(shift, 8);
    context.lineTo(shift + 8, 0);
  }
  context.stroke();
  return { image, repeat: "repeat" };
}

/**
 * A heat map of figures from 0 to `most`. A cell with bounds is cut in two: its lower left half has the colour of the
 * low end, its upper right half that of the high end. `cells`: [[column, row, value]].
 */
export function heatMap({ columns, rows, cells, most, writer, unit }) {
  return (colours) => ({
    grid: { left: 8, right: 8, top: 8, bottom: 8, containLabel: true },
    tooltip: tooltip(colours, ({ dataIndex }) => {
      const [column, row, value] = cells[dataIndex];
      return `${label(rows[row])} and ${label(columns[column])}\n${text(value, writer)} ${value === null ? "" : unit}`;
    }),
    xAxis: axis(columns, colours, "top"),
    yAxis: { ...axis(rows, colours, "left"), inverse: true },
    series: [
      {
        type: "custom",
        encode: { x: 0, y: 1 },
        data: cells.map(([column, row], at) => [column, row, at]),
        renderItem: (_, api) => cell(api, cells[api.value(2)][2], { colours, most, writer }),
      },
    ],
  });
}

function axis(names, colours, position) {
  return {
    type: "category",
    position,
    data: names.map(label),
    axisLabel: { color: colours.text, interval: 0, rotate: position === "top" && names.length > 10 ? 60 : 0 },
    axisLine: { show: false },
    axisTick: { show: false },
    splitArea: { show: false },
  };
}

function cell(api, value, { colours, most, writer }) {
  const [width, height] = api.size([1, 1]).map((side) => side - 2);
  const [x, y] = api.coord([api.value(0), api.value(1)]);
  const [left, top, right, bottom] = [x - width / 2, y - height / 2, x + width / 2, y + height / 2];
  if (value === null) {
    const dash = { type: "text", style: { text: "\u2014", x, y, align: "center", verticalAlign: "middle", fill: colours.muted } };
    const frame = { type: "rect", shape: { x: left, y: top, width, height }, style: { fill: "none", stroke: colours.line } };
    return { type: "group", children: [frame, dash] };
  }
  const colour = (end) => mixed(colours.heat, Math.min(1, Math.max(0, end / most)));
  const half = (points, fill) => ({ type: "polygon", shape: { points }, style: { fill } });
  const children = isBounds(value)
    ? [
        half([[left, top], [left, bottom], [right, bottom]], colour(value.low)),
        half([[left, top], [right, top], [right, bottom]], colour(value.high)),
      ]
    : [{ type: "rect", shape: { x: left, y: top, width, height }, style: { fill: colour(value) } }];
  const size = isBounds(value) ? 10 : 12;
  const written = isBounds(value) ? ends(value, writer) : [writer(value)];
  if (width > 30) {
    const spots = written.length === 1 ? [[x, y]] : [[left + width * 0.3, top + height * 0.75], [left + width * 0.7, top + height * 0.25]];
    written.forEach((words, at) => {
      const [tx, ty] = spots[at];
      const fill = readable(colour(at === 0 ? low(value) : high(value)));
      children.push({ type: "text", style: { text: words, x: tx, y: ty, align: "center", verticalAlign: "middle", fill, fontSize: size } });
    });
  }
  return { type: "group", children };
}

function channels(colour) {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}

/** The colour so far between two, as #rrggbb. */
function mixed([from, to], share) {
  const [a, b] = [channels(from), channels(to)];
  return `#${a.map((value, at) => Math.round(value + (b[at] - value) * share).toString(16).padStart(2, "0")).join("")}`;
}

/** Black or white, whichever is easier to read on a colour. */
export function readable(colour) {
  const [red, green, blue] = channels(colour).map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const light = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return light > 0.179 ? "#000000" : "#ffffff";
}

/** A legend for a heat map: what its colours and its cut cells mean. */
export function heatLegend(least, most, unit) {
  return h(
    "p",
    { class: "legend" },
    h("span", {}, `${least} ${unit}`),
    h("span", { class: "scale", "aria-hidden": "true" }),
    h("span", {}, `${most} ${unit}`),
    h("span", {}, "A cell cut in two is a range: its low end below, its high end above."),
  );
}
