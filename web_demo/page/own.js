/** Own names and entries: kept in this browser, for each catalog, and found like all others. */

import { button, byId, element } from "./elements.js";

const KEY = "edge-er.own.";

/** The list of own entries and the form that adds to it. */
export class OwnEntries {
  /**
   * @param {HTMLDetailsElement} box
   * @param {() => void} changed called after every change
   */
  constructor(box, changed) {
    this._box = box;
    this._changed = changed;
    this._entries = [];
    this._for = null;
    byId("own-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this._add(byId("own-name").value.trim());
    });
  }

  /**
   * Take up the entries that were kept for a catalog.
   * @param {import("./catalog.js").LoadedCatalog} base
   */
  async open(base, text) {
    this._base = base;
    this._for = null;
    this._entries = read(KEY + base.name);
    this.translate(text);
    await this._use();
  }

  /** Ask for an own name of a match. */
  ask(match) {
    this._for = { id: match.id, name: match.name };
    this._box.open = true;
    this.translate(this._text);
    byId("own-name").focus();
  }

  /** Say all in another language. */
  translate(text) {
    this._text = text;
    byId("own-name-label").textContent = this._for ? text("ownNameFor", { name: this._for.name }) : text("ownName");
    byId("own-add").textContent = text("add");
    this._show();
  }

  _add(name) {
    if (!name || !this._base) return;
    const entry = { id: this._for?.id ?? `own-${Date.now()}`, name, of: this._for?.name ?? "" };
    this._keep([...this._entries, entry]);
    this._for = null;
    byId("own-name").value = "";
    this.translate(this._text);
  }

  _keep(entries) {
    this._entries = entries;
    write(KEY + this._base.name, entries);
    this._use(); // the worker takes up calls in their order, so the next answer knows the entries
    this._show();
    this._changed();
  }

  /** All names of one id are one entry of the catalog. */
  _use() {
    const merged = new Map();
    for (const { id, name } of this._entries) {
      if (merged.has(id)) merged.get(id).aliases.push(name);
      else merged.set(id, { id, name, aliases: [] });
    }
    return this._base.use([...merged.values()]);
  }

  _show() {
    const items = this._entries.map((entry) => {
      const name = entry.of ? this._text("ownFor", { name: entry.name, other: entry.of }) : entry.name;
      const remove = () => this._keep(this._entries.filter((each) => each !== entry));
      return element(
        "li",
        {},
        element("span", { text: name }),
        button(this._text("remove"), this._text("removeLabel", { name: entry.name }), remove),
      );
    });
    byId("own-list").replaceChildren(...items);
  }
}

/** What was kept; nothing where it is damaged or the browser keeps nothing. */
function read(key) {
  try {
    const kept = JSON.parse(localStorage.getItem(key) ?? "[]");
    const isEntry = (entry) => typeof entry?.id === "string" && typeof entry.name === "string" && entry.name.trim();
    return Array.isArray(kept) ? kept.filter(isEntry) : [];
  } catch {
    return [];
  }
}

function write(key, entries) {
  try {
    localStorage.setItem(key, JSON.stringify(entries));
  } catch (error) {
    console.warn("own entries are lost when the page is closed:", error.message);
  }
}
