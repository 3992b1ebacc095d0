/** Plays the stream of a station: the first of its addresses that the browser can play. */

/** An audio element and a line that says what it does. */
export class Player {
  /**
   * @param {HTMLElement} box
   * @param {HTMLElement} line
   * @param {HTMLAudioElement} audio
   */
  constructor(box, line, audio) {
    this._box = box;
    this._line = line;
    this._audio = audio;
    this._left = [];
    audio.addEventListener("error", () => this._next());
  }

  /**
   * Play a match.
   * @param {import("../edge-er/index.js").Match} match
   * @param {ReturnType<typeof import("./texts.js").textsOf>} text
   */
  play({ name, metadata }, text) {
    this._failed = text("cannotPlay", { name });
    this._left = metadata.streams.filter(isAddress);
    this._line.textContent = text("playing", { name });
    this._box.hidden = false;
    this._next();
  }

  _next() {
    const address = this._left.shift();
    if (!address) {
      this._audio.removeAttribute("src");
      this._line.textContent = this._failed;
      return;
    }
    this._audio.src = address;
    this._audio.play().catch(() => {}); // the error event goes on with the next address
  }
}

function isAddress(text) {
  return typeof text === "string" && /^https?:\/\//.test(text);
}
