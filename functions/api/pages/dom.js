// Elements without markup: whatever a name contains, it becomes text.

/**
 * An element: h("a", {href, class: "x", onclick}, "text", child). Properties that begin with "on" are listeners, `style`
 * is an object (set by script, so that the Content-Security-Policy allows it); null, undefined and false are left out.
 */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") Object.assign(element.style, value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...nodes(children));
  return element;
}

/** Children as append() takes them: nested lists are flattened, and nothing is left out but null, undefined and false. */
export function nodes(children) {
  return [children].flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

/** Text that only screen readers say. */
export function unseen(text) {
  return h("span", { class: "unseen" }, text);
}

let ids = 0;

/** An id that no other element has. */
export function freshId(prefix) {
  ids += 1;
  return `${prefix}-${ids}`;
}

/** `call` after nothing has asked for it for so many milliseconds. */
export function debounced(call, milliseconds) {
  let timer;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => call(...values), milliseconds);
  };
}
