/** What is known of a catalog: its size, its measured quality, whether it answers as it should. */

import { element } from "./elements.js";

/**
 * Fill a description list.
 * @param {HTMLElement} list
 * @param {import("./catalog.js").LoadedCatalog} loaded
 * @param {ReturnType<typeof import("./texts.js").textsOf>} text
 * @param {string} lang
 */
export function showFacts(list, { report, lang: spoken, milliseconds, tested }, text, lang) {
  const { counts, size_bytes: bytes, recall_at_1: recall } = report;
  const number = (value, options) => value.toLocaleString(lang, options);
  const of = recall[spoken] ?? {};
  const facts = [
    [text("stations"), number(counts.entities)],
    [text("forms"), number(counts.forms)],
    [text("size"), `${number(bytes / 1e6, { maximumFractionDigits: 2 })} MB`],
    [text("recallText"), share(of.text, number)],
    [text("recallAsr"), share(of.asr, number)],
    [text("loadTime"), `${number(milliseconds, { maximumFractionDigits: 0 })} ms`],
    [text("selftest"), text("passed", { count: tested })],
  ];
  const rows = facts
    .filter(([, value]) => value)
    .map(([name, value]) => {
      return element("div", {}, element("dt", { text: name }), element("dd", { text: value }));
    });
  list.replaceChildren(...rows);
}

/** A measured share with its interval, as "96.9 % (95.2 to 98.4)"; nothing where it was not measured. */
function share(measured, number) {
  if (!measured) return "";
  const one = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
  const [value, low, high] = [measured.value, measured.low, measured.high].map((each) => number(100 * each, one));
  return `${value} % (${low}–${high})`;
}
