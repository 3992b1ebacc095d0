/**
 * node browser_node.mjs CHROMIUM ADDRESS NEW_VERSION [SCENARIO...]: what the page does in a real browser, as JSON
 * {scenario: findings}.
 *
 * ADDRESS serves the page, the golden files under golden/ and damaged bundles under bundles/. NEW_VERSION is a file
 * name: when it is there, the server says that there is a newer version of the page.
 */

import { rm, writeFile } from "node:fs/promises";
import { errors } from "playwright-core";
import { INSECURE, launch, open, ready, shown } from "./browser.mjs";

const [executable, address, newVersion, ...wanted] = process.argv.slice(2);
const LIMIT_MS = 100_000; // of one scenario
const TRIES = 3;
let browser = null; // started when it is needed
const DESKTOP = { viewport: { width: 1280, height: 900 }, locale: "es-ES" };

async function fresh(options, work, url = address) {
  const context = await browser.newContext(options);
  try {
    const page = await open(context, url);
    await ready(page);
    const found = await work(page, context);
    return { ...found, uncaught: page.uncaught };
  } finally {
    await context.close();
  }
}

const ask = async (page, query) => {
  await page.fill("#query", query);
  return shown(page);
};

const scenarios = {
  /** The golden files, with the very modules that the page runs. */
  golden: () =>
    fresh(DESKTOP, (page) =>
      page.evaluate(async () => {
        const load = (path) => import(new URL(path, location));
        const check = await load("golden/golden_check.mjs");
        const { EntityResolver } = await load("edge-er/index.js");
        const { quantise } = await load("edge-er/encoder/quantise.js");
        const { isBlank } = await load("edge-er/text/canonical.js");
        const findings = new check.Findings();
        for (const name of ["requests.jsonl", "nbest.jsonl"]) {
          const rows = check.jsonLines(await (await fetch(`golden/${name}`)).text());
          for (const bundle of new Set(rows.map(({ bundle }) => bundle))) {
            for (const engine of ["wasm", "javascript"]) {
              const resolver = await EntityResolver.load(`bundles/${bundle}`, { engine });
              check.checkRequests(rows, resolver, { quantise, isBlank }, findings);
            }
          }
        }
        return { findings, agent: navigator.userAgent };
      }),
    ),

  /** Which engine computes: on the page, and on one whose policy allows no WebAssembly. */
  engines: async () => {
    const found = {};
    for (const name of ["", "strict.html"]) {
      const context = await browser.newContext(DESKTOP);
      const page = await context.newPage();
      await page.goto(address + name);
      found[name || "page"] = await page.evaluate(async () => {
        const { EntityResolver } = await import(new URL("edge-er/index.js", location));
        const resolver = await EntityResolver.load("bundles/radio_es");
        const refused = await EntityResolver.load("bundles/radio_es", { engine: "wasm" }).then(
          () => null,
          ({ name, message }) => `${name}: ${message}`,
        );
        return { engine: resolver.engine, first: resolver.resolve("pon la cadena ser").best?.name, refused };
      });
      await context.close();
    }
    return found;
  },

  /** Typing, the keyboard, other languages. */
  typing: () =>
    fresh(DESKTOP, async (page) => {
      const first = await shown(page);
      const empty = await ask(page, "");
      await page.focus("#query");
      const steps = [];
      for (const letter of "pon la cadena ser") {
        await page.keyboard.type(letter);
        steps.push((await shown(page)).decision);
      }
      const match = await shown(page);
      await page.waitForFunction(() => document.getElementById("spoken").textContent);
      const spoken = (await shown(page)).spoken;
      const focus = [];
      for (const key of ["ArrowDown", "ArrowDown", "ArrowUp", "Escape", "Tab", "Tab"]) {
        await page.keyboard.press(key);
        focus.push((await shown(page)).focus);
      }
      const silly = await ask(page, "asdf qwer zxcv");
      const begun = await ask(page, "cadena s");
      await page.locator("#suggestions button").first().click();
      const completed = await shown(page);
      const blank = await ask(page, "   ");
      const emoji = await ask(page, "🎵");
      const markup = await ask(page, "<img src=x onerror=alert(1)>");
      await page.check("#languages input[value=de]");
      await ready(page);
      const german = await ask(page, "spiele bayern eins im wohnzimmer");
      const tree = await page.locator("main").ariaSnapshot();
      await page.reload();
      await ready(page);
      const workers = page.workers().map((worker) => new URL(worker.url()).pathname);
      const policy = await page.locator("meta[http-equiv=Content-Security-Policy]").getAttribute("content");
      return {
        workers,
        policy,
        first,
        empty,
        steps,
        match,
        spoken,
        focus,
        silly,
        begun,
        completed,
        blank,
        emoji,
        markup,
        german,
        tree,
        kept: await shown(page),
      };
    }),

  /** What is hardly likely is folded away, and opened by keys alone. */
  folded: () =>
    fresh(DESKTOP, async (page) => {
      const sure = await ask(page, "pon la cadena ser");
      await page.focus("#query");
      const keys = ["ArrowDown", "ArrowDown", "ArrowDown", "Enter", "ArrowDown", "ArrowDown", "ArrowUp", "ArrowUp"];
      const focus = [];
      for (const key of keys) {
        await page.keyboard.press(key);
        focus.push((await shown(page)).focus);
      }
      const open = await page.locator("#weak .name").first().isVisible();
      await page.keyboard.press("Enter");
      const closed = !(await page.locator("#weak .name").first().isVisible());
      await page.check("#languages input[value=de]");
      await ready(page);
      return { sure, focus, open, closed, ambiguous: await ask(page, "bayern") };
    }),

  /** A browser in a language that the page has no texts in, and pages that lack its catalog, or all but one. */
  foreign: async () => {
    const found = {};
    for (const [name, { locale, only }] of Object.entries({
      dutch: { locale: "nl-NL" },
      "dutch, Spanish catalog": { locale: "nl-NL", only: "radio_es" },
      "French, Spanish catalog": { locale: "fr-CA", only: "radio_es" },
    })) {
      const context = await browser.newContext({ ...DESKTOP, locale, serviceWorkers: "block" });
      await context.route("**/files.json", async (route) => {
        const response = await route.fetch();
        const index = await response.json();
        const bundles = index.bundles.filter((bundle) => !only || bundle.name === only);
        await route.fulfill({ response, json: { ...index, bundles } });
      });
      const page = await open(context, address);
      await ready(page);
      const query = only ? "pon la cadena ser" : "play bbc radio four please";
      found[name] = {
        shown: await ask(page, query),
        tagline: await page.textContent("#tagline"),
        checked: await page.locator("#languages input:checked").getAttribute("value"),
        uncaught: page.uncaught,
      };
      await context.close();
    }
    return found;
  },

  /** Own names: found, kept, taken out again; a damaged store is no harm. */
  own: () =>
    fresh(DESKTOP, async (page) => {
      await ask(page, "pon la cadena ser");
      await page.locator("#matches li:first-child .actions button").last().click();
      const asked = await shown(page);
      await page.keyboard.type("la radio del desayuno");
      await page.keyboard.press("Enter");
      await page.fill("#own-name", "Mi lista de correr");
      await page.click("#own-add");
      const renamed = await ask(page, "pon la radio del desayuno");
      const entry = await ask(page, "pon mi lista de correr");
      await page.reload();
      await ready(page);
      const kept = await ask(page, "pon la radio del desayuno");
      await page.locator("#own summary").click();
      await page.locator("#own-list button").first().click();
      const removed = await shown(page);
      await page.evaluate(() => localStorage.setItem("edge-er.own.radio_es", "{damaged"));
      await page.reload();
      await ready(page);
      return { asked, renamed, entry, kept, removed, damaged: await ask(page, "pon la cadena ser") };
    }),

  /** The page and a catalog that was used, without a network; then a new version. */
  offline: () =>
    fresh(DESKTOP, async (page, context) => {
      await rm(newVersion, { force: true }); // of a try before
      const none = (await shown(page)).kept;
      const kept = (said) => page.waitForFunction((word) => document.getElementById("kept").textContent.includes(word), said);
      await kept("Español");
      await context.setOffline(true);
      await page.reload();
      await ready(page);
      await kept("Español");
      const without = await ask(page, "pon la cadena ser");
      await page.check("#languages input[value=fr]");
      await page.waitForSelector("#problem:not([hidden])");
      const other = await shown(page);
      await context.setOffline(false);
      await page.locator("#problem button").click();
      await ready(page);
      await kept("Français");
      const again = await ask(page, "mets france inter");
      await writeFile(newVersion, "");
      await page.reload();
      const pages = async () =>
        (await page.evaluate(() => caches.keys())).filter((name) => name.startsWith("edge-er page "));
      while ((await pages()).join() !== "edge-er page newer") await page.waitForTimeout(50);
      await page.waitForFunction(() => navigator.serviceWorker.controller?.scriptURL.endsWith("newer"));
      await page.waitForFunction(
        () =>
          !document.getElementById("update").hidden ||
          performance.getEntriesByType("navigation")[0].workerStart === 0,
      );
      const seen = await page.evaluate(() => ({
        told: !document.getElementById("update").hidden,
        fromNetwork: performance.getEntriesByType("navigation")[0].workerStart === 0,
      }));
      return { none, without, other, again, ...seen, caches: await page.evaluate(() => caches.keys()) };
    }),

  /** Damaged, newer and wrong bundles: a message on the screen, and no answer. */
  damaged: async () => {
    const found = {};
    for (const bundle of ["cut", "flipped", "newer", "missing", "page", "cut.zip"]) {
      found[bundle] = await fresh(
        DESKTOP,
        async (page) => {
          const told = await shown(page);
          return {
            told,
            asked: await ask(page, "pon la cadena ser"),
            again: await page.locator("#problem button").count(),
          };
        },
        `${address}?bundle=bundles/${bundle}`,
      );
    }
    return found;
  },

  /** Over plain http: no help from the browser for checksums, no service worker; a zip. */
  insecure: () =>
    fresh(
      DESKTOP,
      async (page) => ({
        secure: await page.evaluate(() => isSecureContext),
        shown: await ask(page, "pon la cadena ser"),
      }),
      `${address.replace("127.0.0.1", INSECURE)}?bundle=bundles/whole.zip`,
    ),

  /** Several texts of one utterance, from a recogniser that stands in for the browser's. */
  speech: async () => {
    const context = await browser.newContext(DESKTOP);
    await context.addInitScript(() => {
      globalThis.SpeechRecognition = class extends EventTarget {
        start() {
          const texts = [
            ["cadena cer", 0.6],
            ["cadena ser", 0.3],
            ["kadena", 0],
          ];
          const results = [texts.map(([transcript, confidence]) => ({ transcript, confidence }))];
          globalThis.asked = { lang: this.lang, most: this.maxAlternatives };
          setTimeout(() => this.dispatchEvent(Object.assign(new Event("result"), { results })));
          setTimeout(() => this.dispatchEvent(new Event("end")));
        }
        abort() {}
      };
    });
    const page = await open(context, address);
    await ready(page);
    await page.click("#speak");
    await page.waitForSelector("#answer:not([hidden])");
    const found = {
      shown: await shown(page),
      asked: await page.evaluate(() => globalThis.asked),
      uncaught: page.uncaught,
    };
    await page.evaluate(
      () =>
        (SpeechRecognition.prototype.start = function () {
          setTimeout(() => this.dispatchEvent(Object.assign(new Event("error"), { error: "not-allowed" })));
          setTimeout(() => this.dispatchEvent(new Event("end")));
        }),
    );
    await page.click("#speak");
    await page.waitForFunction(() => document.getElementById("loading").textContent.includes("not-allowed"));
    await context.close();
    return found;
  },

  /** A stream that no browser can play. */
  player: () =>
    fresh(DESKTOP, async (page) => {
      await page.route(/^https?:\/\/(?!127\.0\.0\.1)/, (route) =>
        route.fulfill({ status: 200, contentType: "audio/mpeg", body: "no sound" }),
      );
      await ask(page, "pon la cadena ser");
      await page.locator("#matches li:first-child .actions button").first().click();
      const playing = await page.textContent("#player-text");
      await page.waitForFunction((text) => document.getElementById("player-text").textContent !== text, playing);
      return { playing, failed: await page.textContent("#player-text") };
    }),
};

/** What a scenario finds; null where the browser does not start, answer in time, or live to the end. */
async function attempt(name) {
  const late = Symbol("late");
  let timer;
  const limit = new Promise((resolve) => (timer = setTimeout(resolve, LIMIT_MS, late)));
  const work = (async () => {
    browser ??= await launch(executable);
    return scenarios[name]();
  })();
  work.catch(() => {}); // of a browser that was closed
  try {
    const answer = await Promise.race([work, limit]);
    if (answer !== late) return answer;
    console.error(`${name}: no answer in ${LIMIT_MS / 1000} s`);
  } catch (error) {
    if (browser?.isConnected() && !(error instanceof errors.TimeoutError)) throw error;
    console.error(`${name}: ${error.message}`);
  } finally {
    clearTimeout(timer);
  }
  return null;
}

/** One scenario. A browser that does not answer is replaced; the last time that is an error. */
async function findings(name) {
  for (let tries = 0; tries < TRIES; tries++) {
    const answer = await attempt(name);
    if (answer) return answer;
    await Promise.race([browser?.close(), new Promise((resolve) => setTimeout(resolve, 5_000))]);
    browser = null;
  }
  throw new Error(`${name}: the browser does not answer`);
}

const found = {};
for (const name of wanted.length ? wanted : Object.keys(scenarios)) found[name] = await findings(name);
console.log(JSON.stringify(found));
await browser?.close();
process.exit();
