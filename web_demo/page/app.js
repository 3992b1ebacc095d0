/** The page: a catalog for each language, answers while one types, own entries, speech, streams. */

import { Answers } from "./answers.js";
import { LoadedCatalog } from "./catalog.js";
import { byId } from "./elements.js";
import { showFacts } from "./facts.js";
import { startOffline } from "./offline.js";
import { OwnEntries } from "./own.js";
import { Player } from "./player.js";
import { shown } from "./shown.js";
import { Speech } from "./speech.js";
import { Suggestions } from "./suggestions.js";
import { EXAMPLES, LANGUAGES, textsOf } from "./texts.js";

const INDEX = "files.json";
const CHOSEN = "edge-er.language";

const state = {
  lang: "en",
  text: textsOf("en"),
  catalogs: [],
  loaded: new Map(),
  current: null,
  heard: null,
  asked: 0,
};
const player = new Player(byId("player"), byId("player-text"), byId("audio"));
const answers = new Answers(byId("answer"), byId("spoken"), {
  play: (match) => player.play(match, state.text),
  rename: (match) => own.ask(match),
});
const suggestions = new Suggestions(byId("suggestions"), (completed) => {
  ask(completed);
  byId("query").focus();
});
const own = new OwnEntries(byId("own"), () => answer());
const speech = new Speech(byId("speak"), {
  heard: (nbest) => answerSpeech(nbest),
  failed: (reason) => status(state.text("notHeard", { reason })),
});
const offline = startOffline((ready) => (state.offline = ready) && facts());

/** Answer what stands in the box, or what was heard, and suggest what the box may become; an answer that is late is dropped. */
async function answer() {
  const query = byId("query").value;
  const { current, heard } = state;
  const number = ++state.asked;
  if (!current || (!query && !heard)) {
    answers.clear();
    suggestions.clear();
    busy(false);
    return;
  }
  busy(true);
  try {
    const found = await current.answer(heard ? { nbest: heard } : { query });
    if (number !== state.asked) return;
    if (found.suggestions.length) suggestions.show(found.suggestions, query, state.text);
    else suggestions.clear();
    answers.show(found.resolution, found.milliseconds, state.text, state.lang);
  } catch (error) {
    if (number !== state.asked) return;
    state.loaded.clear(); // a worker that died knows no catalog any more
    problem(error, () => choose(state.lang));
  } finally {
    if (number === state.asked) busy(false);
  }
}

/** Whether an answer is on its way. */
function busy(is) {
  byId("main").setAttribute("aria-busy", is);
}

/** Put a text into the box, as if it were typed. */
function ask(query) {
  byId("query").value = query;
  state.heard = null;
  answer();
}

function answerSpeech(nbest) {
  byId("query").value = nbest[0][0];
  state.heard = nbest;
  answer();
}

function status(message) {
  byId("loading").textContent = message;
}

/** Load the catalog of a language, once, and answer by it unless another language was chosen meanwhile. */
async function choose(lang) {
  state.lang = lang;
  state.text = textsOf(lang);
  state.current = null;
  state.heard = null;
  answer();
  byId("facts").replaceChildren();
  translate();
  const catalog = state.catalogs.find((each) => each.lang === lang);
  byId("problem").hidden = true;
  status(state.text("loading", { name: catalog.name }));
  try {
    if (!state.loaded.has(catalog.url)) state.loaded.set(catalog.url, LoadedCatalog.load(catalog.url));
    const loaded = await state.loaded.get(catalog.url);
    if (state.lang !== lang) return;
    await own.open(loaded, state.text);
    if (state.lang !== lang) return;
    state.current = loaded;
    status(state.text("loaded", { name: loaded.name, count: number(loaded.report.counts.entities) }));
    facts();
    answer();
    offline.keep(catalog.name);
  } catch (error) {
    state.loaded.delete(catalog.url);
    if (state.lang === lang) problem(error, () => choose(lang));
  }
}

/** Say what went wrong, and how to go on; nothing is answered meanwhile. */
function problem(error, again) {
  console.error(error);
  answers.clear();
  suggestions.clear();
  status("");
  const box = byId("problem");
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: state.text("again") });
  button.addEventListener("click", again);
  const message = document.createElement("p");
  message.textContent = shown(`${state.text("failed")} ${error.name}: ${error.message}`);
  box.replaceChildren(message, button);
  box.hidden = false;
}

function facts() {
  if (state.current) showFacts(byId("facts"), state.current, state.text, state.lang, state.offline);
}

const number = (value) => value.toLocaleString(state.lang);

/** Put every fixed text of the page in the chosen language. */
function translate() {
  const { text } = state;
  document.documentElement.lang = state.lang;
  const fixed = {
    tagline: "tagline",
    "languages-label": "languages",
    "query-label": "query",
    "query-help": "help",
    "answer-label": "answers",
    "own-label": "own",
    "own-help": "ownHelp",
    "facts-label": "facts",
    "update-text": "update",
    "update-now": "reload",
  };
  for (const [id, name] of Object.entries(fixed)) byId(id).textContent = text(name);
  speech.use(state.lang, text);
  own.translate(text);
  const examples = EXAMPLES[state.lang].map((example) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: example });
    button.addEventListener("click", () => ask(example));
    return button;
  });
  byId("examples").replaceChildren(...examples);
}

/** One radio button a catalog. */
function offerLanguages() {
  for (const { lang } of state.catalogs) {
    const label = document.createElement("label");
    label.lang = lang;
    const input = Object.assign(document.createElement("input"), { type: "radio", name: "language", value: lang });
    input.checked = lang === state.lang;
    input.addEventListener("change", () => {
      remember(lang);
      choose(lang);
    });
    label.append(input, LANGUAGES[lang] ?? lang);
    byId("languages").append(label);
  }
}

function remember(lang) {
  try {
    localStorage.setItem(CHOSEN, lang);
  } catch {
    // a browser that stores nothing asks again next time
  }
}

/** The language chosen last, else the browser's, else the first. */
function firstLanguage() {
  let chosen = null;
  try {
    chosen = localStorage.getItem(CHOSEN);
  } catch {
    // as if none had been chosen
  }
  const offered = state.catalogs.map(({ lang }) => lang);
  const wanted = [chosen, ...navigator.languages.map((tag) => tag.split("-")[0]), offered[0]];
  return wanted.find((lang) => offered.includes(lang));
}

/** The catalogs of the page, or the one of `?bundle=ADDRESS`. */
async function findCatalogs() {
  const asked = new URLSearchParams(location.search).get("bundle");
  if (asked) return [{ name: asked, lang: navigator.language.split("-")[0], url: asked }];
  const response = await fetch(INDEX, { cache: "no-cache" });
  if (!response.ok)
    throw new Error(`${INDEX}: HTTP ${response.status}; put the page together with web_demo/assemble.py`);
  return (await response.json()).bundles;
}

async function start() {
  byId("query").addEventListener("input", () => {
    state.heard = null;
    answer();
  });
  byId("ask").addEventListener("submit", (event) => event.preventDefault());
  byId("ask").addEventListener("keydown", (event) => answers.moveFrom(event, byId("query")));
  byId("answer").addEventListener("keydown", (event) => answers.moveFrom(event, byId("query")));
  try {
    state.catalogs = await findCatalogs();
    for (const catalog of state.catalogs) if (!(catalog.lang in LANGUAGES)) catalog.lang = "en";
    state.lang = firstLanguage();
    offerLanguages();
  } catch (error) {
    translate();
    problem(error, () => location.reload());
    return;
  }
  await choose(state.lang);
}

start();
