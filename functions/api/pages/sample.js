// Whether the data is made up. Once an answer said so, every view and every picture says it.

import { onSource } from "./api.js";

let found = false;

/** Whether an answer with SAMPLE data has come. */
export function isSample() {
  return found;
}

onSource((source) => {
  if (source !== "sample" || found) return;
  found = true;
  document.getElementById("sample").hidden = false;
  document.dispatchEvent(new Event("sample"));
});
