/** What was said, by the speech recogniser of the browser where it has one: several texts with their confidence. */

import { SPEECH } from "./texts.js";

const ALTERNATIVES = 5;
const Recogniser = globalThis.SpeechRecognition ?? globalThis.webkitSpeechRecognition;

/** A button that listens. */
export class Speech {
  /**
   * @param {HTMLButtonElement} control hidden where the browser hears nothing
   * @param {{heard: (nbest: [string, number][]) => void, failed: (reason: string) => void}} told
   */
  constructor(control, told) {
    this._control = control;
    this._told = told;
    this._lang = "en";
    this._running = null;
    control.hidden = !Recogniser;
    control.addEventListener("click", () => (this._running ? this._running.stop() : this._listen()));
  }

  /** Listen for a language, and say so in it. */
  use(lang, text) {
    this._lang = lang;
    this._text = text;
    this._running?.abort();
    this._show();
  }

  _listen() {
    const recogniser = new Recogniser();
    recogniser.lang = SPEECH[this._lang];
    recogniser.maxAlternatives = ALTERNATIVES;
    recogniser.addEventListener("result", (event) => this._told.heard(textsOf(event.results[0])));
    recogniser.addEventListener("error", (event) => this._told.failed(event.error));
    recogniser.addEventListener("end", () => this._end());
    this._running = recogniser;
    recogniser.start();
    this._show();
  }

  _end() {
    this._running = null;
    this._show();
  }

  _show() {
    this._control.textContent = this._text(this._running ? "listening" : "speak");
    this._control.setAttribute("aria-pressed", String(Boolean(this._running)));
  }
}

/** Every alternative with its confidence; recognisers that give none give 0, which counts as 1. */
function textsOf(alternatives) {
  return Array.from(alternatives, ({ transcript, confidence }) => [transcript, confidence > 0 ? confidence : 1]);
}
