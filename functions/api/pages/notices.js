// What stands beside a number: both ends of bounds, why it is not known, whether it is partial or stale.

import { ApiError } from "./api.js";
import { h, unseen } from "./dom.js";
import { counted, ends, isBounds, text, write } from "./format.js";
import { reason } from "./words.js";

/**
 * A figure as a node: a number, bounds with both ends, or a dash with its reason. `path` is the figure's dotted path in
 * `reasons`.
 */
export function figure(value, writer, reasons = {}, path = "") {
  if (value === null || value === undefined) return unknown(reason(reasons, path));
  if (!isBounds(value)) return document.createTextNode(writer(value));
  const [least, most] = ends(value, writer);
  return h("span", { class: "range", title: `at least ${least}, at most ${most}` }, text(value, writer));
}

/** A dash, and why there is no figure. */
export function unknown(why) {
  return h("span", { class: "unknown" }, h("span", { "aria-hidden": "true" }, "\u2014 "), why ?? "not given by the portal");
}

/** A short word that qualifies the number beside it; `kind` is good, warn or bad. */
export function badge(kind, words) {
  return h("span", { class: `badge ${kind}` }, words);
}

/** Whether the list is whole, in words, to stand beside its count. */
export function completeness({ complete, included, reported }) {
  if (complete === null || complete === undefined) return null;
  if (complete) return badge("good", "complete");
  if (included === reported && included !== null) return badge("warn", "partial: lines may have slipped");
  return badge("warn", `partial: ${text(included, write.count)} of ${text(reported, write.count)}`);
}

/** Whether the data is fresh, in words, to stand beside its date; `why` says what makes it stale. */
export function freshness(stale, why = "") {
  if (stale === false) return badge("good", "fresh");
  if (stale !== true) return badge("warn", "not known whether fresh");
  return badge("bad", `stale${why ? `: ${why}` : ""}`);
}

/** A notice of its own. */
export function notice(kind, ...children) {
  return h("div", { class: `notice ${kind}` }, ...children);
}

/** What went wrong and what to do, with a button for another try. */
export function failure(error, again) {
  const wait = error.retryAfter ? ` Try again in ${counted(error.retryAfter, "second", "seconds")}.` : "";
  const words = error instanceof ApiError ? `${sentence(error.message)}${wait}` : unexpected(error);
  return h(
    "div",
    { class: "notice bad", role: "alert" },
    h("p", {}, words),
    again ? h("button", { type: "button", onclick: again }, "Try again") : null,
  );
}

function unexpected(error) {
  console.error(error);
  return "This page failed unexpectedly. Reload it, and tell the owner of this API if it happens again.";
}

/** Words of the API as a sentence: its messages begin with a small letter or a symbol. */
export function sentence(message) {
  const begun = /^[a-z]+ /.test(message) ? message[0].toUpperCase() + message.slice(1) : message;
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}

/** A change, with its sign in the text and a word for whom colour says nothing; `why` says why it is not known. */
export function change(value, writer, why = null) {
  if (value === null || value === undefined) return unknown(why);
  const kind = value > 0 ? "up" : value < 0 ? "down" : "";
  const sign = value > 0 ? "+" : value < 0 ? "\u2212" : "";
  return h("span", { class: kind }, sign, writer(Math.abs(value)), value ? unseen(value > 0 ? " up" : " down") : null);
}
