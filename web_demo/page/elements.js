/** Elements of the page. Their texts may come from a bundle: see `shown.js`. */

import { shown } from "./shown.js";

/**
 * The element with an id.
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  return document.getElementById(id);
}

/**
 * A new element with text, classes and children.
 * @param {string} tag
 * @param {{text?: string, className?: string}} [options]
 * @param {...Node} children
 * @returns {HTMLElement}
 */
export function element(tag, { text, className } = {}, ...children) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = shown(text);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

/**
 * A button, and what a screen reader says of it.
 * @param {string} text
 * @param {string} label
 * @param {() => void} action
 * @returns {HTMLButtonElement}
 */
export function button(text, label, action) {
  const made = element("button", { text });
  made.type = "button";
  made.setAttribute("aria-label", shown(label));
  made.addEventListener("click", action);
  return made;
}
