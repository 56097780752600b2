// What stands with every answer about two holdings dates of a fund.

import { h, unseen } from "./dom.js";
import { counted, write } from "./format.js";
import { badge, notice } from "./notices.js";
import { flaws, meaning } from "./words.js";

/** What qualifies all figures of an answer about two dates. */
export function doubtful(data) {
  const wrong = flaws(data.flaws);
  return [
    data.note ? notice("warn", h("p", {}, `${data.note[0].toUpperCase()}${data.note.slice(1)}.`)) : null,
    data.complete ? null : notice("warn", h("p", {}, badge("warn", "partial"), " A list is partial: a line that entered or left the list may have been held before, or still be held.")),
    wrong.length ? notice("bad", h("p", {}, "Some figures may be wrong:"), h("ul", {}, wrong.map(([where, words]) => h("li", {}, `${where}: ${words}`)))) : null,
    data.doubts?.length
      ? notice(
          "warn",
          h("p", {}, `In doubt is whether these lines are one security, so what was traded of them cannot be told:`),
          h("ul", {}, data.doubts.slice(0, 10).map((doubt) => h("li", {}, `${doubt.symbol ?? "no symbol"}: ${doubt.names.slice(0, 5).map((name) => name ?? "no name").join(" / ")}${doubt.names.length > 5 ? ` and ${write.count(doubt.names.length - 5)} more` : ""} (${meaning("DoubtReason", doubt.why)})`))),
          data.doubts.length > 10 ? h("p", {}, `and ${write.count(data.doubts.length - 10)} more; the JSON has all.`) : null,
        )
      : null,
  ];
}

/** A list of facts: [[term, node or list of nodes]]. */
export function facts(rows) {
  return h("dl", { class: "facts" }, rows.map(([term, value]) => h("div", {}, h("dt", {}, term), h("dd", {}, value))));
}

/** "From 2026-11-23 to 2026-11-24." */
export function period(data) {
  return `From ${data.from} to ${data.to}${data.lag_days > 1 ? `, ${counted(data.lag_days, "day", "days")} later` : ""}.`;
}

/** A dash that says its reason to those who point at it or hear it; the remarks say it to all. */
export function dash(why) {
  return h("span", { class: "unknown", title: why }, "\u2014", unseen(why ?? "not known"));
}

/** Why the API refuses two dates, and what to do where the reader has chosen them. */
export function refusedDates(page, error) {
  const message = `${error.message[0].toUpperCase()}${error.message.slice(1)}${/[.!?]$/.test(error.message) ? "" : "."}`;
  const isChosen = page.query.has("from") || page.query.has("to");
  return notice("warn", h("p", {}, isChosen ? `${message} Choose other dates above.` : message));
}
