// Amounts as people and spreadsheets write them. What can be read in two ways is told, never guessed.

/** What the API takes. */
export const MOST_POSITIONS = 200;
const [LEAST, LARGEST] = [1e-6, 1e15];
const LONGEST = 100_000;
const OTHER_CURRENCY = /[\u20ac\u00a3\u00a5\u20b9]|\b(EUR|GBP|CHF|JPY|CAD|AUD|HKD)\b/i;
const GROUPED = { point: /^(?:\d+|[1-9]\d{0,2}(?:,\d{3})+)?(?:\.\d*)?$/, comma: /^(?:\d+|[1-9]\d{0,2}(?:\.\d{3})+)?(?:,\d*)?$/ };
/** How a paste says which way its numbers are written. */
export const POINT = "point";
export const COMMA = "comma";

/**
 * What an amount can mean: {point, comma, unit, problem}. `point` is the number if the decimal separator is a point,
 * `comma` if it is a comma, each null if the amount cannot be written so; `unit` is "percent", "usd" or null.
 */
export function readings(words) {
  let rest = words.replace(/[\u00a0\u202f\u2009]/g, " ").trim();
  if (OTHER_CURRENCY.test(rest)) return problem(`${words} is not in USD: convert it to USD first`);
  let unit = null;
  if (/%$/.test(rest)) [unit, rest] = ["percent", rest.slice(0, -1).trim()];
  const isShort = /^\(.*\)$|^[-\u2212]|[-\u2212]$/.test(rest) || /^(US\$|USD|\$)\s*[-\u2212]/i.test(rest);
  const bare = rest.replace(/^(US\$|USD|\$)\s*|\s*(USD|US\$|\$)$/gi, "");
  if (bare !== rest) {
    if (unit) return problem(`${words} is in both per cent and USD: write one of them`);
    [unit, rest] = ["usd", bare.trim()];
  }
  if (isShort) return problem(`${words} is negative: only amounts above 0 can be looked through, so leave short positions out`);
  rest = rest.replace(/^\+\s*/, "");
  if (/^\d{1,3}(?:[ '\u2019]\d{3})+(?:[.,]\d*)?$/.test(rest)) rest = rest.replace(/[ '\u2019]/g, "");
  if (!/^[\d.,]*\d[\d.,]*$/.test(rest)) return problem(`${words || "an empty cell"} is not a number: write it in digits, such as 1234.56`);
  const point = GROUPED.point.test(rest) ? Number(rest.replaceAll(",", "")) : null;
  const comma = GROUPED.comma.test(rest) ? Number(rest.replaceAll(".", "").replace(",", ".")) : null;
  if (point === null && comma === null) return problem(`${words} is not a number: check its points and commas`);
  return { point, comma, unit, problem: null, words, hasComma: rest.includes(",") };
}

function problem(words) {
  return { point: null, comma: null, unit: null, problem: words };
}

/**
 * Whether an amount can be read in two ways. A comma between groups of three digits is usual in USD, and three decimals
 * are not; in per cent it is the other way round, since a position has at most 100.
 */
function isAmbiguous({ point, comma, hasComma }, unit) {
  if (point === null) return true; // a decimal comma: plausible, but the reader should say so
  if (comma === null || comma === point) return false;
  return unit === "percent" ? hasComma : !hasComma;
}

/** One amount that somebody typed: {value} or {problem}. `unit`: "percent", "usd" or "shares"; 0 is one if it `hasZero`. */
export function amountOf(words, unit, hasZero = false) {
  const read = readings(words);
  if (read.problem) return { problem: read.problem };
  if (read.unit && read.unit !== unit) return { problem: `${words} is in ${named(read.unit)}, and the positions are in ${named(unit)}: write it in ${named(unit)}` };
  if (isAmbiguous(read, unit)) return { problem: `${words} is ambiguous: write ${either(read)}` };
  return checked(read.point, words, hasZero);
}

function checked(value, words, hasZero = false) {
  if (value < LEAST && !(hasZero && value === 0)) return { problem: `${words} is too small: give an amount above 0` };
  if (value > LARGEST) return { problem: `${words} is too large: give at most ${LARGEST}` };
  return { value };
}

function either({ point, comma, words }) {
  // The decimal comma that cannot be thousands may still be a comma too many: 12,5 for 125.
  const other = point ?? Number(words.replace(/[^\d]/g, ""));
  // A fourth decimal tells 12.3450 from thousands.
  return [...new Set([String(comma), String(other).replace(/\.\d{3}$/, (decimals) => `${decimals}0`)])].join(" or ");
}

/** "per cent", "USD" or "shares". */
export function named(unit) {
  return { percent: "per cent", usd: "USD" }[unit] ?? unit;
}

/**
 * Two columns, symbol and amount, as copied from a spreadsheet or written by hand.
 * Returns {positions: [{symbol, amount}], unit, notes: [words], problems: [words], ambiguous}: positions only if there
 * is no problem and nothing ambiguous. `ambiguous` is null or {words, point, comma}: which of both ways all amounts can
 * be read in. `decimal` is POINT or COMMA if the reader said so.
 */
export function tableOf(text, unit, decimal = null) {
  const none = { positions: [], unit, notes: [], problems: [], ambiguous: null };
  if (text.length > LONGEST) return { ...none, problems: ["This is too much to read: paste two columns only, symbol and amount"] };
  const lines = text.split(/\r\n|\r|\n/).map((line, at) => ({ number: at + 1, cells: cellsOf(line) })).filter(({ cells }) => cells.length);
  if (!lines.length) return { ...none, problems: ["There is nothing to read: paste two columns, symbol and amount"] };
  const notes = [];
  const header = isHeader(lines[0].cells) ? lines.shift().cells[1] : "";
  const rows = lines.filter(({ number, cells }) => {
    const isTotal = /^(grand |sub)?totals?:?$/i.test(cells[0]);
    if (isTotal) notes.push(`Line ${number}, ${cells[0]}, is no position and was left out`);
    return !isTotal;
  });
  if (!rows.length) return { ...none, problems: ["There is no position in it: paste two columns, symbol and amount"] };
  const problems = rows.length > MOST_POSITIONS ? [`There are ${rows.length} positions: at most ${MOST_POSITIONS} can be looked through`] : rows.flatMap(columnProblem);
  if (problems.length) return { ...none, problems };
  const read = rows.map(({ number, cells }) => ({ number, symbol: cells[0].toUpperCase(), ...readings(cells[1]) }));
  problems.push(...read.filter((row) => row.problem).map((row) => `Line ${row.number}: ${row.problem}`));
  const found = unitOf(read, header, unit);
  if (found.problem) problems.push(found.problem);
  if (problems.length) return { ...none, problems };
  return { ...none, unit: found.unit, notes, ...valued(read, found.unit, decimal, notes) };
}

/** A line's cells, without those that are empty at its end. */
function cellsOf(line) {
  const bare = (cell) => cell.trim().replace(/^"(.*)"$/, "$1").replaceAll('""', '"').trim();
  let cells;
  if (line.includes("\t")) cells = line.split("\t");
  else if (line.includes(";")) cells = line.split(";");
  // A comma after a number, as in "VTI 1,200", separates its thousands.
  else if (/[A-Za-z"]/.test(line.split(",")[0]) && line.includes(",") && !/\s[$(+]?\d+$/.test(line.split(",")[0])) cells = halves(line, line.indexOf(","));
  else {
    // The amount begins at the first blank that a digit, a sign or a currency follows: "BRK B 1,200".
    const blank = /\s(?=\s*(?:US\$|USD\s*\d|[$(+\-\u2212\d.,\u20ac\u00a3]))/.exec(line.trim());
    cells = blank ? halves(line.trim(), blank.index) : [line];
  }
  cells = cells.map(bare);
  while (cells.length && !cells.at(-1)) cells.pop();
  return cells;
}

function halves(line, at) {
  return [line.slice(0, at), line.slice(at + 1)];
}

function isHeader(cells) {
  return cells.length === 2 && !/\d/.test(cells[1]);
}

function columnProblem({ number, cells }) {
  const given = cells.filter(Boolean).length;
  if (cells.length > 2) return [`Line ${number} has ${cells.length} columns: paste two, symbol and amount`];
  if (cells.length < 2) return [`Line ${number}, ${cells[0].slice(0, 40)}, has no amount: give symbol and amount`];
  return given < 2 ? [`Line ${number} has no symbol: give symbol and amount`] : [];
}

function unitOf(read, header, unit) {
  const of = (wanted) => read.filter((row) => row.unit === wanted);
  const [percent, usd] = [of("percent"), of("usd")];
  if (percent.length && usd.length) return { problem: `Line ${percent[0].number} is in per cent and line ${usd[0].number} in USD: give all in the same` };
  if (percent.length && percent.length < read.length) return { problem: `Line ${of(null)[0].number} has no %, and others have: give all in the same` };
  const isPercent = /%|per ?cent/i.test(header);
  const isUsd = /\$|\bUSD\b/i.test(header);
  const isShares = /\b(shares|quantity|qty)\b/i.test(header);
  if ((isPercent && usd.length) || (isUsd && percent.length) || (isShares && (usd.length || percent.length))) return { problem: `The heading says ${header}, and the lines are in ${usd.length ? "USD" : "per cent"}: give all in the same` };
  if (percent.length || isPercent) return { unit: "percent" };
  if (isShares) return { unit: "shares" };
  return { unit: usd.length || isUsd ? "usd" : unit };
}

function valued(read, unit, decimal, notes) {
  const way = decimal ?? (isPointFor(read, unit) ? POINT : null);
  if (way === null) return { positions: [], ambiguous: doubt(read, unit) };
  const positions = read.map((row) => ({ row, ...(row[way] === null ? { problem: `${row.words} has no decimal ${way}` } : checked(row[way], row.words)) }));
  const problems = positions.filter((each) => each.problem).map(({ row, problem: words }) => `Line ${row.number}: ${words}`);
  if (problems.length) return { positions: [], problems };
  const symbols = read.map((row) => row.symbol);
  const twice = [...new Set(symbols.filter((symbol, at) => symbols.indexOf(symbol) !== at))];
  if (twice.length) notes.push(`${twice.join(", ")} stands in it more than once: the amounts are added`);
  return { positions: positions.map(({ row, value }) => ({ symbol: row.symbol, amount: value })) };
}

/** Whether all amounts have a decimal point for certain. */
function isPointFor(read, unit) {
  if (read.some((row) => row.point === null)) return false;
  // One amount that can only have a decimal point settles it for all: "1,234.56".
  return read.some((row) => row.comma === null) || !read.some((row) => isAmbiguous(row, unit));
}

function doubt(read, unit) {
  const { number, ...row } = read.find((each) => isAmbiguous(each, unit)) ?? read.find((each) => each.comma === null);
  const can = (way) => read.every((each) => each[way] !== null);
  const [point, comma] = [can(POINT), can(COMMA)];
  const words = point || comma ? `Line ${number}: ${row.words} is ambiguous: it can be ${either(row)}` : `The amounts are written in two ways, with a decimal point and with a decimal comma (line ${number}: ${row.words}): give all in the same`;
  return { words, point, comma };
}
