// The API: addresses, answers, errors, the access token.

/** Where `/` of the page is, whatever stage or prefix it is served under: this module stands in assets/{version}/. */
export const root = new URL("../../", import.meta.url);
const KEPT = "etf-access-token";
const ANSWERS_KEPT = 24;
const AT_ONCE = 3;
/** Milliseconds before a request that was refused for being one too many is sent again. */
const PAUSES = [500, 1000, 2000];

/** The address of a path of the API or the page, "api/etfs/VTI", with the parts of the query that have a value. */
export function address(path, query = {}) {
  const url = new URL(path, root);
  for (const [name, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== "") url.searchParams.set(name, value);
  }
  return url;
}

/** The path of a route: path`api/etfs/${symbol}/holdings`, each value encoded. */
export function path(strings, ...values) {
  return String.raw({ raw: strings }, ...values.map(encodeURIComponent));
}

/** An answer that is an error, or none at all (status 0). `message` says what happened and what to do. */
export class ApiError extends Error {
  constructor(status, message, retryAfter = null) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    /** Seconds after which it is worth another try; null if the API does not say. */
    this.retryAfter = retryAfter;
  }
}

const listeners = new Set();

/** Be told of the source of every answer that has data: "schwab", "sample" or "unknown". */
export function onSource(listener) {
  listeners.add(listener);
}

let askForToken = null;
let asking = null;

/** How to ask the reader for the access token: a function of what to say, which returns a promise of the token. */
export function onLocked(ask) {
  askForToken = ask;
}

let inMemory = null;

function token() {
  try {
    return sessionStorage.getItem(KEPT) ?? inMemory;
  } catch {
    return inMemory; // the browser refuses storage; then the token lasts until the tab is reloaded
  }
}

function keep(value) {
  inMemory = value;
  try {
    if (value === null) sessionStorage.removeItem(KEPT);
    else sessionStorage.setItem(KEPT, value);
  } catch {
    // see token()
  }
}

/** Whether a token has been given, so that downloads need it too. */
export function hasToken() {
  return token() !== null;
}

async function unlocked(wrong) {
  // Several answers can be refused at once; the reader is asked once.
  asking ??= given(wrong).then((token) => {
    keep(token);
    asking = null;
  });
  return asking;
}

async function given(wrong) {
  let token = await askForToken(wrong);
  // What no header can carry is wrong too. Kept, it would make every request fail, as if the API did not answer.
  while (!isSendable(token)) token = await askForToken(true);
  return token;
}

function isSendable(token) {
  try {
    return new Headers({ Authorization: `Bearer ${token}` }).has("Authorization");
  } catch {
    return false;
  }
}

let running = 0;
const waiting = [];

/** `call` when fewer than AT_ONCE others run: a small AWS account refuses what comes at once. */
async function inTurn(call) {
  if (running < AT_ONCE) running += 1;
  else await new Promise((resolve) => waiting.push(resolve)); // its turn is handed over
  try {
    return await call();
  } finally {
    const next = waiting.shift();
    if (next) next();
    else running -= 1;
  }
}

/** Whether a refusal passes by itself within a moment: API Gateway or Lambda had too many requests at once. */
async function passesSoon(response) {
  if (response.status === 429) return true;
  if (response.status !== 503) return false;
  if (Number(response.headers.get("Retry-After") ?? 99) <= 1) return true;
  const body = await response.clone().json().catch(() => ({}));
  return !("statusCode" in body); // not the API's own words
}

async function answered(url, options) {
  for (let refusals = 0; ; refusals += 1) {
    const response = await inTurn(() => allowed(url, options));
    if (refusals >= PAUSES.length || !(await passesSoon(response))) return response;
    await new Promise((resolve) => setTimeout(resolve, PAUSES[refusals]));
    options.signal?.throwIfAborted();
  }
}

async function allowed(url, options) {
  for (;;) {
    const used = token();
    const headers = { ...options.headers, ...(used === null ? {} : { Authorization: `Bearer ${used}` }) };
    let response;
    try {
      response = await fetch(url, { ...options, headers, credentials: "omit" });
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new ApiError(0, "The API does not answer. Check that it is running and that you are online, then try again.");
    }
    if (response.status !== 401) return response;
    if (token() === used) {
      keep(null);
      await unlocked(used !== null);
    }
  }
}

async function checked(response) {
  if (response.ok) return response;
  let message = "";
  try {
    message = (await response.json()).message ?? "";
  } catch {
    // not ours: a proxy between, or API Gateway
  }
  if (response.status === 429) message = "Too many requests at once. Wait a few seconds, then try again.";
  const seconds = Number.parseInt(response.headers.get("Retry-After") ?? "", 10);
  throw new ApiError(
    response.status,
    message || `The API failed with status ${response.status}. Try again in a moment.`,
    Number.isNaN(seconds) ? null : seconds,
  );
}

const parsed = new Map();

/** The answer with what its headers say; `url` is null where nothing of it may be kept. */
async function answer(response, url) {
  const etag = response.headers.get("ETag");
  const source = response.headers.get("X-Data-Source");
  // Null where the API does not say: what is not known to be fresh must not be called so.
  const told = (name) => ({ true: true, false: false })[response.headers.get(name)] ?? null;
  if (source) listeners.forEach((listener) => listener(source));
  const facts = {
    source,
    stale: told("X-Data-Stale"),
    staleReason: response.headers.get("X-Data-Stale-Reason"),
    complete: told("X-Data-Complete"),
    total: response.headers.get("X-Total-Count"),
  };
  if (url === null) return { data: await read(response), ...facts };
  const known = parsed.get(url);
  // The browser has revalidated it; only reading a large text twice can be spared.
  const data = known && etag && known.etag === etag ? known.data : await read(response);
  parsed.delete(url);
  parsed.set(url, { etag, data });
  if (parsed.size > ANSWERS_KEPT) parsed.delete(parsed.keys().next().value);
  return { data, ...facts };
}

async function read(response) {
  try {
    return await response.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(response.status, "The answer was cut off, or did not come from the API. Check your connection, then try again.");
  }
}

/**
 * The answer to GET: {data, source, stale, staleReason, complete, total}. Raises ApiError, and AbortError if `signal`
 * says so. The browser's own cache sends the ETag.
 */
export async function get(url, signal) {
  return answer(await checked(await answered(url, { signal, headers: { Accept: "application/json" } })), url.href);
}

/** The answer to POST, which nothing keeps. */
export async function post(url, body, signal) {
  const headers = { Accept: "application/json", "Content-Type": "application/json" };
  const response = await answered(url, { method: "POST", body: JSON.stringify(body), headers, signal, cache: "no-store" });
  return answer(await checked(response), null);
}

/** Save what an address answers as a file, with the token if there is one; with a body, what it answers to POST. */
export async function download(url, name, body = null) {
  const posted = { method: "POST", body: JSON.stringify(body), headers: { "Content-Type": "application/json" }, cache: "no-store" };
  const response = await checked(await answered(url, body === null ? {} : posted));
  const given = /filename="?([^";]+)"?/.exec(response.headers.get("Content-Disposition") ?? "");
  save(await response.blob(), given ? given[1] : name);
}

/** Save a blob as a file. */
export function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
