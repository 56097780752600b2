// Tables: one that scrolls through 20,000 lines, sorts and filters, and a plain one for what stands behind a chart.

import { debounced, freshId, h } from "./dom.js";
import { write } from "./format.js";

const MARGIN = 12;
const FEW = 60;
/** A date stays on one line, however narrow the window. */
const DATE = /^\d{4}-\d{2}-\d{2}/;

/**
 * Columns: {key, label, unit, number: true, width: "8em", value(row), node(row), text(row)}.
 * `value` is what it is sorted by (a number, a text or null, which comes last); `text` is what it shows, and `node` an
 * element in place of the text. A column that cannot be sorted has no `value`.
 */
function heading(column) {
  return column.unit ? `${column.label}, ${column.unit}` : column.label;
}

function cell(column, row) {
  const shown = column.node ? column.node(row) : column.text ? column.text(row) : column.value(row);
  const classes = [column.number ? "number" : "", column.clip ? "clip" : ""].join(" ").trim();
  const properties = { class: classes || null };
  // Numbers, texts, elements, or lists of them.
  const made = column.header ? h("th", { scope: "row", ...properties }, shown) : h("td", properties, shown);
  if (DATE.test(made.textContent)) made.classList.add("dated");
  return made;
}

/** A table without controls, for few rows. `caption` says what it has. */
export function plainTable({ caption, columns, rows, empty = "There is nothing to show." }) {
  if (rows.length === 0) return h("p", { class: "empty" }, empty);
  return h(
    "div",
    { class: "scroll", role: "region", "aria-label": caption, tabindex: "0" },
    h(
      "table",
      {},
      h("caption", {}, h("span", {}, caption)),
      h("thead", {}, h("tr", {}, columns.map((column) => h("th", { scope: "col", class: column.number ? "number" : null }, heading(column))))),
      h("tbody", {}, rows.map((row) => h("tr", {}, columns.map((column) => cell(column, row))))),
    ),
  );
}

/** A text as it is compared: without case and accents. */
export function folded(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

/**
 * A table that sorts and filters, of any length: only the rows in sight are in the document, and `aria-rowcount` and
 * `aria-rowindex` say where they are. `searched(row)` is the text that the filter looks at; without it there is none.
 * `state` is {sort: "-weight_pct", filter: ""}; `onState(state, isStep)` is told when the reader changes it.
 */
export class DataTable {
  constructor({ caption, columns, rows, searched = null, state = {}, onState = () => {}, noun = ["line", "lines"] }) {
    this.columns = columns;
    this.rows = rows;
    this.noun = noun;
    this.state = { sort: state.sort ?? "", filter: state.filter ?? "" };
    this.onState = onState;
    this.haystacks = searched ? rows.map((row) => folded(searched(row))) : null;
    this.keys = new Map();
    this.from = this.to = -1;
    this.height = 0;
    this.build(caption);
    this.update();
  }

  build(caption) {
    const id = freshId("filter");
    this.count = h("p", { class: "count", role: "status" });
    this.filter = h("input", {
      id,
      type: "search",
      value: this.state.filter,
      autocomplete: "off",
      spellcheck: "false",
      oninput: debounced(() => this.filtered(), 60),
    });
    this.head = h("tr", { "aria-rowindex": "1" });
    this.body = h("tbody");
    this.table = h(
      "table",
      { class: this.isLong ? "long" : null },
      h("caption", {}, h("span", {}, caption)),
      h("colgroup", {}, this.columns.map((column) => h("col", { style: column.width ? { width: column.width } : {} }))),
      h("thead", {}, this.head),
      this.body,
    );
    this.scroller = h(
      "div",
      {
        class: this.isLong ? "scroll long" : "scroll",
        role: "region",
        "aria-label": `${caption}: scroll with the arrow keys`,
        tabindex: "0",
        onscroll: () => this.scrolled(),
      },
      this.table,
    );
    const controls = this.haystacks ? [h("label", { for: id }, "Filter"), this.filter] : [];
    this.element = h("div", { class: "data" }, h("div", { class: "controls" }, controls, this.count), this.scroller);
    // Heights are known once it is in the document, and change with the width of the window.
    this.observer = new ResizeObserver(() => this.draw(true));
    this.observer.observe(this.scroller);
  }

  get isLong() {
    return this.rows.length > FEW;
  }

  filtered() {
    this.state = { ...this.state, filter: this.filter.value };
    this.onState(this.state, false);
    this.scroller.scrollTop = 0; // the lines that are left can end above where the reader was
    this.update();
  }

  sorted(column) {
    const isSame = this.state.sort.replace(/^-/, "") === column.key;
    const isDown = this.state.sort.startsWith("-");
    // Numbers are asked for from the largest, texts from A.
    const begins = column.number ? `-${column.key}` : column.key;
    this.state = { ...this.state, sort: !isSame ? begins : isDown ? column.key : `-${column.key}` };
    this.onState(this.state, true);
    this.update();
    this.scroller.scrollTop = 0;
    this.head.querySelector(`[data-key="${CSS.escape(column.key)}"]`)?.focus();
  }

  update() {
    this.shown = this.ordered(this.selected());
    const [one, many] = this.noun;
    const all = this.rows.length;
    const counted = `${write.count(all)} ${all === 1 ? one : many}`;
    this.count.textContent = this.shown.length === all ? counted : `${write.count(this.shown.length)} of ${counted}`;
    this.table.setAttribute("aria-rowcount", String(this.shown.length + 1));
    this.head.replaceChildren(...this.columns.map((column, at) => this.headCell(column, at)));
    this.draw(true);
  }

  /** The indexes of the rows that the filter leaves. */
  selected() {
    const all = Array.from(this.rows.keys());
    const words = folded(this.state.filter).split(/\s+/).filter(Boolean);
    if (!words.length || !this.haystacks) return all;
    return all.filter((at) => words.every((word) => this.haystacks[at].includes(word)));
  }

  ordered(indexes) {
    const key = this.state.sort.replace(/^-/, "");
    const column = this.columns.find((each) => each.key === key && each.value);
    if (!column) return indexes;
    if (!this.keys.has(key)) {
      this.keys.set(key, this.rows.map((row) => sortable(column.value(row))));
    }
    const keys = this.keys.get(key);
    const way = this.state.sort.startsWith("-") ? -1 : 1;
    return indexes.sort((a, b) => {
      if (keys[a] === keys[b]) return a - b;
      if (keys[a] === null) return 1; // unknown comes last, whichever way
      if (keys[b] === null) return -1;
      return (keys[a] < keys[b] ? -1 : 1) * way;
    });
  }

  headCell(column, at) {
    const properties = { scope: "col", "aria-colindex": at + 1, class: column.number ? "number" : null };
    if (!column.value) return h("th", properties, heading(column));
    const isSorted = this.state.sort.replace(/^-/, "") === column.key;
    const isDown = this.state.sort.startsWith("-");
    if (isSorted) properties["aria-sort"] = isDown ? "descending" : "ascending";
    const arrow = h("span", { class: "arrow", "aria-hidden": "true" }, isSorted ? (isDown ? "\u25bc" : "\u25b2") : "");
    const sort = () => this.sorted(column);
    return h("th", properties, h("button", { type: "button", "data-key": column.key, onclick: sort }, heading(column), arrow));
  }

  scrolled() {
    if (this.waiting) return;
    this.waiting = requestAnimationFrame(() => {
      this.waiting = 0;
      this.draw(false);
    });
  }

  /** Put the rows into the document that are in sight, and some above and below. */
  draw(isNew) {
    const total = this.shown.length;
    if (!this.isLong) {
      if (isNew && this.drawn !== this.shown) this.body.replaceChildren(...this.shown.map((_, at) => this.row(at)));
      this.drawn = this.shown;
      return;
    }
    const height = this.rowHeight();
    const seen = Math.ceil((this.scroller.clientHeight || 600) / height);
    const from = Math.max(0, Math.min(Math.floor(this.scroller.scrollTop / height), total - seen) - MARGIN);
    const to = Math.min(total, from + seen + 2 * MARGIN);
    if (this.drawn === this.shown && from === this.from && to === this.to && height === this.drawnHeight) return;
    [this.from, this.to, this.drawn, this.drawnHeight] = [from, to, this.shown, height];
    const hadFocus = this.body.contains(document.activeElement);
    const focused = document.activeElement?.closest?.("tr")?.getAttribute("aria-rowindex");
    const at = [...this.body.querySelectorAll("a, button")].indexOf(document.activeElement);
    const perRow = this.body.querySelector("tr[aria-rowindex]")?.querySelectorAll("a, button").length || 1;
    const rows = [];
    for (let index = from; index < to; index += 1) rows.push(this.row(index));
    this.body.replaceChildren(this.space(from * height), ...rows, this.space((total - to) * height));
    if (hadFocus) {
      const row = this.body.querySelector(`tr[aria-rowindex="${focused}"]`);
      (row?.querySelectorAll("a, button")[at % perRow] ?? this.scroller).focus({ preventScroll: true });
    }
  }

  rowHeight() {
    const row = this.body.querySelector("tr[aria-rowindex]");
    if (row) this.height = row.getBoundingClientRect().height || this.height;
    return this.height || 33;
  }

  row(at) {
    const row = this.rows[this.shown[at]];
    return h("tr", { "aria-rowindex": at + 2 }, this.columns.map((column) => cell(column, row)));
  }

  space(height) {
    return h("tr", { "aria-hidden": "true", class: "space" }, h("td", { colspan: this.columns.length, style: { height: `${height}px` } }));
  }
}

function sortable(value) {
  if (value === null || value === undefined || Number.isNaN(value)) return null;
  return typeof value === "string" ? folded(value) : value;
}
