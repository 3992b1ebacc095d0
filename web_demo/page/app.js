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

/** `spoken` is the language of the catalog, `lang` that of the page: the same wherever the page has texts in it. */
const state = {
  spoken: "en",
  lang: "en",
  text: textsOf("en"),
  catalogs: [],
  kept: [],
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
const offline = startOffline((kept) => {
  state.kept = kept;
  showKept();
});

/** Answer what stands in the box, or what was heard, and suggest what the box may become; an answer that is late is dropped. */
async function answer() {
  const query = byId("query").value;
  const { current, heard } = state;
  const number = ++state.asked;
  for (const id of ["examples", "query-help"]) byId(id).hidden = Boolean(query); // help to begin with
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
    problem(error, () => choose(state.spoken));
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
async function choose(spoken) {
  state.spoken = spoken;
  state.current = null;
  state.heard = null;
  answer();
  byId("facts").replaceChildren();
  translate();
  const catalog = state.catalogs.find((each) => each.lang === spoken);
  byId("problem").hidden = true;
  status(state.text("loading", { name: catalog.name }));
  try {
    if (!state.loaded.has(catalog.url)) state.loaded.set(catalog.url, LoadedCatalog.load(catalog.url));
    const loaded = await state.loaded.get(catalog.url);
    if (state.spoken !== spoken) return;
    await own.open(loaded, state.text);
    if (state.spoken !== spoken) return;
    state.current = loaded;
    status(state.text("loaded", { name: loaded.name, count: number(loaded.report.counts.entities) }));
    facts();
    answer();
    offline.keep(catalog.name);
  } catch (error) {
    state.loaded.delete(catalog.url);
    if (state.spoken === spoken) problem(error, () => choose(spoken));
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
  if (state.current) showFacts(byId("facts"), state.current, state.text, state.lang);
}

/** Say which catalogs answer without a network. */
function showKept() {
  const names = state.catalogs.filter(({ name }) => state.kept?.includes(name)).map(({ label }) => label);
  const told = state.kept ? names.join(", ") || state.text("keptNone") : state.text("keptNever");
  byId("kept").textContent = state.text("kept", { names: told });
}

const number = (value) => value.toLocaleString(state.lang);

/** Put every fixed text of the page in its language. */
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
  speech.use(state.spoken, text);
  showKept();
  own.translate(text);
  const examples = EXAMPLES[state.spoken].map((example) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: example });
    button.addEventListener("click", () => ask(example));
    return button;
  });
  byId("examples").replaceChildren(...examples);
}

/** One radio button a catalog. */
function offerLanguages() {
  for (const { lang, label: name } of state.catalogs) {
    const label = document.createElement("label");
    label.lang = lang;
    const input = Object.assign(document.createElement("input"), { type: "radio", name: "language", value: lang });
    input.checked = lang === state.spoken;
    input.addEventListener("change", () => {
      remember(lang);
      speak(lang);
      choose(lang);
    });
    label.append(input, name);
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

/** The languages that a person may want, best first: the one chosen last, the browser's, English. */
function wantedLanguages() {
  let chosen = null;
  try {
    chosen = localStorage.getItem(CHOSEN);
  } catch {
    // as if none had been chosen
  }
  return [chosen, ...navigator.languages.map((tag) => tag.split("-")[0]), "en"];
}

/** Have the page in a language. */
function speak(lang) {
  state.lang = lang;
  state.text = textsOf(lang);
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
  const wanted = wantedLanguages();
  speak(wanted.find((lang) => lang in LANGUAGES));
  byId("query").addEventListener("input", () => {
    state.heard = null;
    answer();
  });
  byId("ask").addEventListener("submit", (event) => event.preventDefault());
  byId("ask").addEventListener("keydown", (event) => answers.moveFrom(event, byId("query")));
  byId("answer").addEventListener("keydown", (event) => answers.moveFrom(event, byId("query")));
  try {
    state.catalogs = await findCatalogs();
    for (const catalog of state.catalogs) {
      if (!(catalog.lang in LANGUAGES)) catalog.lang = "en";
      catalog.label = LANGUAGES[catalog.lang];
    }
    const offered = state.catalogs.map(({ lang }) => lang);
    state.spoken = [...wanted, offered[0]].find((lang) => offered.includes(lang));
    offerLanguages();
  } catch (error) {
    translate();
    problem(error, () => location.reload());
    return;
  }
  await choose(state.spoken);
}

start();
