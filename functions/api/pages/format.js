// Figures as texts: numbers as the reader's locale writes them, dates as ISO writes them, bounds with both ends.

const formats = new Map();

function format(options) {
  const key = JSON.stringify(options);
  if (!formats.has(key)) formats.set(key, new Intl.NumberFormat(undefined, options));
  return formats.get(key);
}

const FINEST = 6;

/**
 * A writer of numbers with so many decimals. What is not 0 must not read 0, and what is not `whole` must not read so:
 * 99.996 per cent of a list is not all of it. Such a number gets more decimals, up to six; beyond them it is noise.
 */
const digits = (least, most, whole = null) => (value, roundingMode = "halfExpand") => {
  const written = (decimals) => format({ minimumFractionDigits: least, maximumFractionDigits: decimals, roundingMode }).format(value);
  const isExact = (decimals) => {
    const near = Number(Math.abs(value).toFixed(FINEST));
    return [0, whole].every((end) => end === null || near === end || Number(near.toFixed(decimals)) !== end);
  };
  let decimals = most;
  while (decimals < FINEST && !isExact(decimals)) decimals += 1;
  return written(decimals);
};

const hundredths = digits(2, 2, 100);
const finer = digits(2, 4);

/** How a number of each unit is written: write.percent(12.345). The unit itself stands in the heading. */
export const write = {
  /** Two decimals, and four for what would else read 0.00. */
  percent: (value, mode) => (value !== 0 && Math.abs(value) < 0.01 ? finer(value, mode) : hundredths(value, mode)),
  /** Percentage points, of which even the smallest must not read 0.00. */
  points: (value) => (value !== 0 && Math.abs(value) < 0.01 ? format({ maximumSignificantDigits: 2 }).format(value) : hundredths(value)),
  /** Basis points. */
  bps: digits(0, 2),
  /** A price in USD. */
  usd: digits(2, 4),
  /** An amount in millions of USD. */
  millions: digits(1, 1),
  count: digits(0, 0),
  /** A count that need not be whole, such as that of effective holdings. */
  about: digits(1, 1),
  /** An index, such as the Gini coefficient. */
  index: digits(3, 3, 1),
  /** A cost of a few hundredths of a per cent. */
  rate: digits(2, 4),
  shares: digits(0, 4),
};

/** A number with its sign, as a change is written. */
export function signed(value, writer) {
  const text = writer(Math.abs(value));
  if (value === 0) return text;
  return `${value > 0 ? "+" : "\u2212"}${text}`;
}

/** A writer of changes with their sign, which rounds as asked: what is rounded down below 0 grows without its sign. */
export function changeWriter(writer) {
  const mirrored = { floor: "ceil", ceil: "floor" };
  return (value, mode) => signed(value, (size) => writer(size, value < 0 ? (mirrored[mode] ?? mode) : mode));
}

/** Whether a figure is bounds: `{low, high}`. */
export function isBounds(figure) {
  return typeof figure === "object" && figure !== null && "low" in figure && "high" in figure;
}

/** The low end of a figure, by which it is sorted; null where it is not known. */
export function low(figure) {
  return isBounds(figure) ? figure.low : (figure ?? null);
}

/** The high end of a figure. */
export function high(figure) {
  return isBounds(figure) ? figure.high : (figure ?? null);
}

/** Both ends of bounds as texts, rounded outwards, so that the truth stays between them. */
export function ends({ low: least, high: most }, writer) {
  return [writer(least, "floor"), writer(most, "ceil")];
}

/** A figure as text: a number, both ends of bounds ("12.00–14.50"), or "not known". Never a middle. */
export function text(figure, writer) {
  if (figure === null || figure === undefined) return "not known";
  if (!isBounds(figure)) return writer(figure);
  const [from, to] = ends(figure, writer);
  if (from === to) return from;
  return figure.low < 0 || figure.high < 0 ? `${from} to ${to}` : `${from}\u2013${to}`;
}

/** A moment of the API, in UTC: "2026-11-20T22:30:04Z" as "2026-11-20 22:30:04 UTC". */
export function utc(moment) {
  return moment ? moment.replace("T", " ").replace("Z", " UTC") : "not known";
}

/** A quote's time, which is New York's. */
export function newYork(moment) {
  return moment ? `${moment} New York time` : "not known";
}

/** "1 line", "3,513 lines". */
export function counted(count, one, many) {
  return `${text(count, write.count)} ${count === 1 ? one : many}`;
}
