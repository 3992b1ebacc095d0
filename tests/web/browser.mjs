/** A headless Chromium for the tests of the page. */

import { chromium } from "playwright-core";

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-sync",
];

/** Name that is no localhost and so gets no help of the browser (no crypto.subtle, no service worker). */
export const INSECURE = "plain.test";

export function launch(executablePath, more = []) {
  const hosts = `--host-resolver-rules=MAP ${INSECURE} 127.0.0.1`;
  return chromium.launch({ executablePath, args: [...ARGUMENTS, hosts, ...more] });
}

/** A page with what went wrong on it: errors nobody caught. */
export async function open(context, url) {
  const page = await context.newPage();
  page.uncaught = [];
  page.on("pageerror", (error) => page.uncaught.push(error.message));
  page.on("console", (message) => /Content Security Policy/.test(message.text()) && page.uncaught.push(message.text()));
  await page.goto(url);
  return page;
}

/** Waits until a catalog can be asked, or cannot. */
export async function ready(page) {
  await page.waitForFunction(
    () => document.getElementById("facts").children.length || !document.getElementById("problem").hidden,
  );
}

/** What the page shows when no answer is on its way. */
export async function shown(page) {
  await page.waitForFunction(() => document.getElementById("main").getAttribute("aria-busy") !== "true");
  return page.evaluate(() => {
    const text = (id) => document.getElementById(id).textContent;
    const visible = (id) => !document.getElementById(id).hidden;
    return {
      lang: document.documentElement.lang,
      answer: visible("answer"),
      decision: text("decision-text"),
      time: text("time"),
      query: document.getElementById("query").value,
      suggested: Array.from(document.querySelectorAll("#suggestions button"), (each) => each.textContent),
      names: Array.from(document.querySelectorAll("#answer .name"), (each) => each.textContent),
      folded: Array.from(document.querySelectorAll("#weak .name"), (each) => each.textContent),
      sure: Array.from(document.querySelectorAll("#answer .sure"), (each) => each.textContent),
      details: Array.from(document.querySelectorAll("#answer .details"), (each) => each.textContent),
      problem: visible("problem") ? text("problem") : null,
      loading: text("loading"),
      kept: text("kept"),
      spoken: text("spoken"),
      facts: Array.from(document.querySelectorAll("#facts dd"), (each) => each.textContent),
      own: Array.from(document.querySelectorAll("#own-list li span"), (each) => each.textContent),
      focus:
        document.activeElement.getAttribute("aria-label") ??
        (document.activeElement.id || document.activeElement.textContent),
    };
  });
}
