/** The answers to a request: decision, time, and the candidates with what can be done with each. */

import { button, byId, element } from "./elements.js";

const QUIET = 700; // milliseconds without typing before a screen reader is told
const WEAK = 0.1; // a candidate with less than this share of the first one's confidence is folded away

/** Shows resolutions. */
export class Answers {
  /**
   * @param {HTMLElement} section
   * @param {HTMLElement} spoken live region for screen readers
   * @param {{play: (match: object) => void, rename: (match: object) => void}} actions
   */
  constructor(section, spoken, actions) {
    this._section = section;
    this._spoken = spoken;
    this._actions = actions;
    this._timer = 0;
  }

  /** Show nothing. */
  clear() {
    clearTimeout(this._timer);
    this._section.hidden = true;
    this._spoken.textContent = "";
    byId("matches").replaceChildren();
    byId("weak-matches").replaceChildren();
  }

  /**
   * Show a resolution.
   * @param {import("../edge-er/index.js").Resolution} resolution
   * @param {number} milliseconds that it took
   * @param {ReturnType<typeof import("./texts.js").textsOf>} text
   * @param {string} lang
   */
  show({ decision, matches }, milliseconds, text, lang) {
    if (!matches.length) {
      this.clear();
      return;
    }
    const told = text(decision, { name: matches[0].name });
    this._section.hidden = false;
    this._section.dataset.decision = decision;
    byId("decision-text").textContent = told;
    byId("time").textContent = shortTime(milliseconds, lang);
    const isWeak = ({ confidence }) => confidence < WEAK * matches[0].confidence;
    const near = matches.filter((match) => !isWeak(match));
    const weak = matches.filter(isWeak);
    byId("matches").replaceChildren(...near.map((match) => this._item(match, text, lang)));
    byId("weak-matches").replaceChildren(...weak.map((match) => this._item(match, text, lang)));
    byId("weak-label").textContent = text("weak", { count: weak.length.toLocaleString(lang) });
    byId("weak").hidden = !weak.length;
    clearTimeout(this._timer);
    const names = decision === "match" ? percent(near[0].confidence, lang) : near.map(({ name }) => name).join(", ");
    this._timer = setTimeout(() => (this._spoken.textContent = `${told} ${names}`), QUIET);
  }

  /**
   * Arrow keys move between the box, the answers and what is folded away; Escape goes back to the box.
   * @param {KeyboardEvent} event
   * @param {HTMLElement} box
   */
  moveFrom(event, box) {
    const steps = { ArrowDown: 1, ArrowUp: -1, Escape: -Infinity };
    if (!(event.key in steps) || this._section.hidden) return;
    const open = this._section.querySelectorAll("#matches > li, #weak:not([hidden]) > summary, #weak[open] li");
    const stops = [box, ...Array.from(open, (each) => each.querySelector("button") ?? each)];
    const now = Math.max(0, [...open].indexOf(event.target.closest("li, summary")) + 1);
    if (event.key === "Escape" && now === 0) return; // the box empties itself
    event.preventDefault();
    stops[Math.max(0, Math.min(stops.length - 1, now + steps[event.key]))].focus();
  }

  _item(match, text, lang) {
    const { name, aliases, confidence, metadata } = match;
    const details = [aliases.length ? text("also", { names: aliases.join(", ") }) : "", metadata.country];
    details.push(...(Array.isArray(metadata.tags) ? metadata.tags.slice(0, 4) : []));
    const sure = text("sure", { percent: percent(confidence, lang) });
    const meter = element("meter");
    meter.value = confidence;
    meter.setAttribute("aria-hidden", "true");
    const actions = element("div", { className: "actions" });
    if (metadata.streams?.length) {
      actions.append(button(text("play"), text("playLabel", { name }), () => this._actions.play(match)));
    }
    actions.append(button(text("rename"), text("renameLabel", { name }), () => this._actions.rename(match)));
    return element(
      "li",
      {},
      element("span", { className: "name", text: name }),
      element("span", {
        className: "details",
        text: details.filter((each) => typeof each === "string" && each).join(" · "),
      }),
      element("span", { className: "sure" }, meter, element("span", { text: sure })),
      actions,
    );
  }
}

/** A share in whole percent; what would be none of them is less than one. */
function percent(confidence, lang) {
  const shown = (share) => share.toLocaleString(lang, { style: "percent", maximumFractionDigits: 0 });
  return confidence < 0.005 ? `< ${shown(0.01)}` : shown(confidence);
}

/** A time in whole milliseconds: the clock of a browser tells no more. */
function shortTime(milliseconds, lang) {
  return milliseconds < 1 ? "< 1 ms" : `${Math.round(milliseconds).toLocaleString(lang)} ms`;
}
