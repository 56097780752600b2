// The shell: which view an address shows, the navigation, titles, the access token, errors.

import { address, download, get, hasToken, onLocked, root } from "./api.js";
import { h, nodes } from "./dom.js";
import { exports } from "./exports.js";
import { failure, notice } from "./notices.js";
import { Router } from "./router.js";
import "./sample.js";
import * as compare from "./view_compare.js";
import * as fund from "./view_fund.js";
import * as funds from "./view_funds.js";
import * as overlap from "./view_overlap.js";
import * as portfolio from "./view_portfolio.js";
import * as rebalance from "./view_rebalance.js";
import * as screen from "./view_screen.js";
import * as security from "./view_security.js";
import * as status from "./view_status.js";

const NAME = "ETF Portfolio Data";
/** Milliseconds that the view before stays while the next one waits for its data. */
const SLOW = 200;
const VIEWS = [
  { path: "", nav: "Funds", module: funds },
  { path: "etf/{symbol}", module: fund },
  { path: "security/{symbol}", module: security },
  { path: "overlap", nav: "Overlap", module: overlap },
  { path: "compare", nav: "Compare", module: compare },
  { path: "portfolio", nav: "Portfolio", module: portfolio },
  { path: "rebalance", nav: "Rebalance", module: rebalance },
  { path: "screen", nav: "Screener", module: screen },
  { path: "status", nav: "Status", module: status },
];
// Relative addresses of the document, made absolute before the address of the view changes.
for (const element of document.querySelectorAll('link[rel="icon"], link[rel="alternate"], header a, footer a')) element.setAttribute("href", element.href);
const main = document.getElementById("main");
const said = document.getElementById("said");
let current = null;
// Every view says whether the data is SAMPLE data, those too that ask for none or whose answer is an error.
let source = null;

/** What a view is shown on: its part of the address, and how to fill it. */
class Page {
  constructor(params, query, top) {
    /** Where the reader was on this view, if Back leads here: pixels from the top; or the element to begin at. */
    this.top = top;
    /** The parts of the address that the view's path names, decoded. */
    this.params = params;
    /** The query of the address, a URLSearchParams of this view's own. */
    this.query = query;
    this.stopping = new AbortController();
    /** Stops what is asked for when the reader leaves the view. */
    this.signal = this.stopping.signal;
    for (const move of ["wheel", "touchmove", "keydown", "pointerdown"]) {
      addEventListener(move, () => (this.top = null), { signal: this.signal, passive: true });
    }
    this.pending = new Set([source, "render"]);
    source.then(() => {
      this.pending.delete(source);
      this.settle();
    });
  }

  /** An answer of the API, as `get` of api.js gives it. */
  get(url) {
    return get(url, this.signal);
  }

  /** Write changes into the address: null or "" takes a name out. With `push`, Back comes to the state before. */
  setQuery(changes, options) {
    if (this.signal.aborted) return;
    for (const [name, value] of Object.entries(changes)) {
      if (value === null || value === "") this.query.delete(name);
      else this.query.set(name, value);
    }
    router.setQuery(this.query, options);
  }

  /** Set the title of the window. */
  title(words) {
    if (this.signal.aborted) return;
    document.title = words ? `${words} - ${NAME}` : NAME;
  }

  /**
   * A part of a view with a heading, which is filled when `fill` has its nodes. It says that it loads, and what to do
   * where it fails, while the other parts are shown. `links`, or a promise of them: [{url, csv, name}], the answers of
   * the API that it shows. `isLazy`: it asks once it is about to come into sight.
   */
  section(heading, fill, { links = [], id = null, isLazy = false } = {}) {
    const head = h("div", { class: "head" }, h("h2", {}, heading));
    const body = h("div", { class: "body" });
    Promise.resolve(links).then(
      (found) => found.length && head.append(exports(found)),
      () => {}, // the part itself says what failed
    );
    // Where Back leads down the view, all has its height at once.
    if (isLazy && !this.top) this.fillWhenNear(body, fill);
    else this.fill(body, fill);
    return h("section", { id }, head, body);
  }

  fillWhenNear(body, fill) {
    body.dataset.waits = "";
    body.append(h("p", { class: "muted" }, "This part loads when it comes into sight."));
    const watcher = new IntersectionObserver(
      (entries) => {
        if (!entries.some((entry) => entry.isIntersecting)) return;
        watcher.disconnect();
        delete body.dataset.waits;
        this.fill(body, fill);
      },
      { rootMargin: "300px" },
    );
    watcher.observe(body);
    this.signal.addEventListener("abort", () => watcher.disconnect());
  }

  /** Fill an element when `fill` has its nodes; `before` is the error of the try before, if there was one. */
  async fill(element, fill, before = null) {
    const work = Symbol("work");
    this.pending.add(work);
    const hadFocus = element.contains(document.activeElement); // on its "Try again", which is replaced
    element.setAttribute("aria-busy", "true");
    element.replaceChildren(h("p", { class: "loading" }, "Loading \u2026"));
    if (hadFocus) {
      element.tabIndex = -1;
      element.focus({ preventScroll: true });
    }
    try {
      const filled = nodes(await fill());
      if (this.signal.aborted) return;
      element.replaceChildren(...filled);
    } catch (error) {
      if (this.signal.aborted) return;
      // The very same error again is that of an answer which several parts share: only the view anew asks for it again.
      if (error === before) return router.start();
      element.replaceChildren(failure(error, () => this.fill(element, fill, error)));
    } finally {
      element.removeAttribute("aria-busy");
      this.pending.delete(work);
      this.settle();
    }
  }

  /** Mark the document once nothing loads any more. */
  settle() {
    if (this.signal.aborted || this.pending.size) return;
    this.scroll();
    this.top = null;
    document.documentElement.dataset.state = "ready";
    performance.mark("view-ready");
  }

  /** The view stands; its parts may still load. */
  rendered() {
    this.pending.delete("render");
    this.settle();
  }

  /** Scroll to where the reader was, again once the parts have their height; not if the reader has moved meanwhile. */
  scroll() {
    if (typeof this.top === "number") scrollTo(0, this.top);
    else this.top?.scrollIntoView();
  }

  leave() {
    this.stopping.abort();
  }
}

// With a token, a plain link would be refused: the file is fetched with it and saved.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[data-save]");
  if (!link || !hasToken()) return;
  event.preventDefault();
  download(link.href, link.dataset.save).catch((error) => link.after(failure(error, null)));
});

async function show(view, params, query, top) {
  const isFirst = current === null;
  current?.leave();
  document.documentElement.dataset.state = "loading";
  const page = new Page(params, query, top);
  current = page;
  mark(view);
  if (!view) {
    page.title("No such view");
    main.replaceChildren(h("h1", {}, "No such view"), notice("warn", h("p", {}, "This address has no view. ", h("a", { href: root }, "Start with the list of funds"), ".")));
    page.rendered();
    return;
  }
  const name = view.module.title(params, query);
  page.title(name);
  const slow = setTimeout(() => main.replaceChildren(h("h1", {}, name), h("p", { class: "loading" }, "Loading \u2026")), SLOW);
  page.signal.addEventListener("abort", () => clearTimeout(slow));
  try {
    const rendered = nodes(await view.module.render(page));
    if (page.signal.aborted) return;
    clearTimeout(slow);
    main.replaceChildren(...rendered);
    page.rendered();
  } catch (error) {
    if (page.signal.aborted) return;
    clearTimeout(slow);
    main.replaceChildren(h("h1", {}, "This view cannot be shown"), failure(error, () => router.start()));
    page.rendered();
  }
  if (top === null) scrollTo(0, 0);
  else page.scroll();
  if (!isFirst) {
    said.textContent = document.title;
    main.focus({ preventScroll: true });
  }
}

function mark(view) {
  for (const link of document.querySelectorAll("#nav a")) {
    if (view && link.dataset.path === view.path) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

function tokenForm(isWrong) {
  return new Promise((resolve) => {
    const input = h("input", { id: "token", type: "password", autocomplete: "current-password", required: true });
    const given = (event) => {
      event.preventDefault();
      dialog.remove(); // which closes it
      resolve(input.value);
    };
    // Some browsers close a dialog at the second Escape, whatever is said; then nothing would ever load.
    const stay = () => dialog.isConnected && dialog.showModal();
    const why = isWrong
      ? "The access token is wrong: check it, or ask the owner of this API."
      : "This API requires its access token. It is kept for this tab only.";
    const dialog = h(
      "dialog",
      { class: "lock", "aria-labelledby": "lock-title", oncancel: (event) => event.preventDefault(), onclose: stay },
      h("form", { onsubmit: given }, h("h2", { id: "lock-title" }, "Access token"), h("p", { role: isWrong ? "alert" : null }, why), h("input", { type: "text", autocomplete: "username", value: "access token", hidden: true }), h("label", { for: "token" }, "Access token"), input, h("button", {}, "Open")),
    );
    document.body.append(dialog);
    dialog.showModal();
    input.focus();
  });
}

const router = new Router(VIEWS, show);
document.getElementById("nav").append(
  h("ul", {}, VIEWS.filter((view) => view.nav).map((view) => h("li", {}, h("a", { href: address(view.path), "data-path": view.path }, view.nav)))),
);
document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault();
  main.focus();
});
onLocked(tokenForm);
source = get(address("api/etfs")).catch(() => null);
router.start();
