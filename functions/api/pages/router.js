// Views and their addresses: the state of a view stands in the address, and Back works.

import { root } from "./api.js";

/**
 * Shows the view of the address. `views`: [{path: "etf/{symbol}", ...}]; `show(view, params, query, isBack)` is called
 * for each address, `view` null where there is none.
 */
export class Router {
  constructor(views, show) {
    this.views = views;
    this.show = show;
    history.scrollRestoration = "manual";
    addEventListener("popstate", () => this.start(true));
    addEventListener("pagehide", () => this.keepPlace());
    document.addEventListener("click", (event) => this.followed(event));
  }

  /** Show the view of the address as it is. */
  start(isBack = false) {
    const [view, params] = this.match(location.pathname);
    this.show(view, params, new URLSearchParams(location.search), isBack ? (history.state?.top ?? 0) : null);
  }

  /** The view of a path and the parts that the path names. */
  match(pathname) {
    const base = root.pathname;
    if (`${pathname}/` === base) return [this.views.find((view) => view.path === "") ?? null, {}];
    if (!pathname.startsWith(base)) return [null, {}];
    const parts = pathname.slice(base.length).split("/");
    for (const view of this.views) {
      const own = view.path.split("/");
      if (own.length !== parts.length) continue;
      const params = {};
      const fits = own.every((name, at) => {
        if (!name.startsWith("{")) return name === parts[at];
        params[name.slice(1, -1)] = decoded(parts[at]);
        return parts[at] !== "";
      });
      if (fits) return [view, params];
    }
    return [null, {}];
  }

  /** Go to an address of the page. */
  go(url) {
    this.keepPlace();
    history.pushState({}, "", url);
    this.start();
  }

  /** Write the state of this view into the address: a new step for Back, or in place of the one that there is. */
  setQuery(query, { push = false } = {}) {
    const text = query.toString();
    const url = `${location.pathname}${text ? `?${text}` : ""}`;
    if (push) {
      this.keepPlace();
      history.pushState({}, "", url);
    } else history.replaceState(history.state, "", url);
  }

  keepPlace() {
    history.replaceState({ ...history.state, top: scrollY }, "");
  }

  followed(event) {
    const link = event.target.closest?.("a[href]");
    const isPlain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
    if (!link || !isPlain || event.defaultPrevented || link.target || link.hasAttribute("download")) return;
    const url = new URL(link.href);
    if (url.origin !== location.origin || url.hash || !this.match(url.pathname)[0]) return;
    event.preventDefault();
    this.go(url);
  }
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a stray % in an address that somebody typed
  }
}
