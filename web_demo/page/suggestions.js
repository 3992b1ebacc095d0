/** What the text in the box may become: a button for each suggestion, which puts it into the box. */

import { button } from "./elements.js";

/** Shows suggestions. */
export class Suggestions {
  /**
   * @param {HTMLElement} list
   * @param {(completed: string) => void} choose puts a suggestion into the box
   */
  constructor(list, choose) {
    this._list = list;
    this._choose = choose;
  }

  /** Show nothing. */
  clear() {
    this._list.replaceChildren();
    this._list.hidden = true;
  }

  /**
   * Show suggestions; one that stands in the box already is left out.
   * @param {import("../edge-er/index.js").Suggestion[]} suggestions
   * @param {string} typed
   * @param {ReturnType<typeof import("./texts.js").textsOf>} text
   */
  show(suggestions, typed, text) {
    const names = new Set(suggestions.map(({ completed }) => completed));
    names.delete(typed);
    const buttons = Array.from(names, (name) =>
      button(name, text("completeLabel", { name }), () => this._choose(name)),
    );
    this._list.replaceChildren(...buttons);
    this._list.setAttribute("aria-label", text("suggestions"));
    this._list.hidden = !buttons.length;
  }
}
