// Codes of the API in plain words.

import codes from "./codes.js";

/** What a code of this kind (IssueCode, ErrorCode, ResultCode, StaleCode, Reason ...) means; the code itself if unknown. */
export function meaning(kind, code) {
  return codes[kind]?.[code] ?? String(code);
}

/** Why a figure is null: `reasons` of an answer, by the figure's dotted path. */
export function reason(reasons, path) {
  const code = reasons?.[path];
  return code ? (codes.Reason[code] ?? meaning("FilingReason", code)) : null;
}

/** What is wrong with figures: `flaws` of an answer, as [where, words]. */
export function flaws(found) {
  return Object.entries(found ?? {}).map(([where, given]) => [
    where,
    given
      .split(",")
      .map((code) => code.trim())
      .map((code) => codes.FlawCode?.[code] ?? codes.IssueCode?.[code] ?? meaning("Reason", code))
      .join("; "),
  ]);
}

/** "information technology" of "information_technology". */
export function plain(code) {
  return String(code).replaceAll("_", " ");
}
