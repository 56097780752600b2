// Copying to the clipboard, which a browser may refuse.

/** Copy `words`, and say in the element `said` what came of it; `select` selects them for a copy by hand. */
export async function copied(words, said, select) {
  try {
    await navigator.clipboard.writeText(words);
    said.textContent = "Copied.";
  } catch {
    select();
    said.textContent = "It is selected: copy it with Ctrl+C.";
  }
}
