// Links to the answers of the API that a part of a view shows.

import { h } from "./dom.js";

/** `links`: [{url, csv, atom, name}], each address can be missing; files are saved as `name`. What is CSV is Excel too. */
export function exports(links) {
  const given = links.flatMap(({ url, csv, atom, name }) => [
    url ? [url, "JSON", `${name}.json`] : null,
    csv ? [csv, "CSV", `${name}.csv`] : null,
    csv ? [String(csv).replace(/\bformat=csv\b/, "format=xlsx"), "Excel", `${name}.xlsx`] : null,
    atom ? [atom, "Atom", `${name}.atom`] : null,
  ]);
  return h(
    "p",
    { class: "exports" },
    given.filter(Boolean).map(([url, words, file]) => h("a", { href: url, "data-save": file, type: words === "Atom" ? "application/atom+xml" : null, title: words === "Atom" ? "A feed: open it in a feed reader" : null }, words)),
  );
}

/** Tell feed readers, while a view is shown, where its feed is. */
export function announceFeed(page, url, title) {
  const link = h("link", { rel: "alternate", type: "application/atom+xml", title, href: url });
  document.head.append(link);
  page.signal.addEventListener("abort", () => link.remove());
}
