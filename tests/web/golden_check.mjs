/** Compares the JavaScript runtime with the golden files (tests/golden/README.md); runs in Node and in a browser. */

const COMPARED = 16; // so many candidates are ranked, of which the rows have the first
const OFF_BY_ONE = 2; // components of a vector
const EMBEDDING = 1e-5;
const CONFIDENCE = 0.01;
const SCORE = 0.01; // what one component of a vector may do

/** What was found, and the first few differences. */
export class Findings {
  constructor() {
    this.counts = {};
    this.failures = [];
    this.largest = { embedding: 0, confidence: 0 };
  }

  check(what, holds, detail) {
    const count = (this.counts[what] ??= { right: 0, of: 0 });
    count.of += 1;
    if (holds) count.right += 1;
    else if (this.failures.length < 20) this.failures.push(`${what}: ${JSON.stringify(detail)}`);
  }
}

export function jsonLines(text) {
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
const bytes = (base64) => Int8Array.from(atob(base64), (character) => (character.charCodeAt(0) << 24) >> 24);

/** normalization.jsonl */
export function checkNormalization(rows, normalizer, findings) {
  for (const { text, canonical } of rows) {
    const found = normalizer.canonicalText(text);
    findings.check("canonical text", found === canonical, { text, canonical, found });
  }
}

/** lexical.jsonl, with the classes of the runtime and its tables. */
export function checkLexical(rows, { SoundCodes, NgramIndex, Misrecognition, carrierWords, withoutCarrier }, tables, findings) {
  for (const row of rows) {
    const fold = new SoundCodes(tables.phonetic, row.lang);
    const sounds = fold.fold(row.request);
    const index = new NgramIndex(row.form_sounds);
    const found = {
      form_sounds: row.forms.map((form) => fold.fold(form)),
      without_carrier: withoutCarrier(row.request, carrierWords(tables.hearing)),
      sounds,
      form_worth: Array.from(index.totals),
      shared_worth: Array.from(index.shared(sounds)),
      heard_worth: new Misrecognition(tables.hearing, row.lang, row.forms).worth(
        row.request,
        row.forms.map((_, form) => form),
      ),
    };
    for (const [field, value] of Object.entries(found)) {
      findings.check(field, same(value, row[field]), { request: row.request, expected: row[field], found: value });
    }
  }
}

/** words.jsonl, with the classes of the runtime and its tables. */
export function checkWords(rows, { Misrecognition, WordIndex, NO_SCORE, carrierWords, nameSpan, wordsOf }, tables, findings) {
  const carriers = carrierWords(tables.hearing);
  for (const row of rows) {
    const hearing = new Misrecognition(tables.hearing, row.lang, [], { carriers });
    const index = new WordIndex(hearing, carriers, row.forms);
    const beside = (forms) => new WordIndex(hearing, carriers, row.forms, new WordIndex(hearing, carriers, forms));
    const often = Array(9).fill(row.forms).flat(); // no word of them is rare
    const scores = (each) => Array.from(each.scores(row.request).scores, (one) => (one === NO_SCORE ? null : one));
    const { phrases, parts: inPart } = index.scores(row.request);
    const marked = (marks) => row.forms.map((_, form) => form).filter((form) => marks[form]);
    const found = {
      common: [...index.common].sort(),
      span: nameSpan(wordsOf(row.request), carriers, index),
      scores: scores(index),
      scores_without_common: scores(beside([])),
      scores_without_rare: scores(beside(often)),
      phrases: marked(phrases),
      in_part: marked(inPart),
    };
    for (const [field, value] of Object.entries(found)) {
      findings.check(`words ${field}`, same(value, row[field]), {
        request: row.request,
        expected: row[field],
        found: value,
      });
    }
  }
}

/** suggest.jsonl, with the classes of the runtime and its tables. */
export function checkSuggestions(rows, { FormSuggestions, suggested, favourOf, carrierWords, CanonicalText }, tables, findings) {
  const carriers = carrierWords(tables.hearing);
  const normalizer = new CanonicalText(tables.unicode);
  const set = (listed) => ({
    forms: listed.map(([text]) => text),
    owners: listed.map(([, owner]) => owner),
    demand: listed.map(([, , demand]) => demand),
  });
  for (const row of rows) {
    const base = new FormSuggestions(set(row.catalog), row.lang, tables, carriers, { bySound: row.by_sound });
    const own = row.own.length ? [new FormSuggestions(set(row.own), row.lang, tables, carriers, { base })] : [];
    const allowed = row.allowed && Uint8Array.from({ length: 100 }, (_, entity) => Number(row.allowed.includes(entity)));
    const typed = { text: normalizer.canonicalText(row.text), finished: row.finished };
    const favour = new Map(row.favour.map(([entity, count]) => [entity, favourOf(count)]));
    const found = suggested([base, ...own], typed, 5, row.numbers, allowed, favour);
    const listed = found.map(({ entity, form, score }) => [entity, form, score]);
    const right = typed.text === row.canonical && same(listed, row.suggestions);
    findings.check("suggestions", right, { text: row.text, expected: row.suggestions, found: listed });
  }
}

/** numbers.jsonl, with the class of the runtime and its table. */
export function checkNumbers(rows, { Numbers }, tables, findings) {
  for (const { lang, text, names, in_figures, readings, sure } of rows) {
    const numbers = new Numbers(tables.numbers, lang);
    const found = { in_figures: numbers.inFigures(text), readings: numbers.otherReadings(text, new Set(names)) };
    found.sure = numbers.isSure(text, in_figures);
    findings.check("numbers", same(found, { in_figures, readings, sure }), { lang, text, in_figures, readings, sure, found });
  }
}

/** word_requests.jsonl: whole answers where words count. */
export function checkWordRequests(rows, parts, tables, findings) {
  for (const row of rows) checkRanking(row, row.rerank, "words", parts, tables, findings);
}

/** features.jsonl: what a request says about the first of some forms. */
export function checkFeatures(rows, { Features, Misrecognition, Numbers, SoundCodes, carrierWords, equals }, tables, findings) {
  const carriers = carrierWords(tables.hearing);
  for (const row of rows) {
    const hearing = new Misrecognition(tables.hearing, row.lang, [], { carriers });
    const all = Object.fromEntries(Object.keys(row.features).map((name) => [name, 1]));
    const features = new Features([all], hearing, carriers, new Numbers(tables.numbers, row.lang), row.numbers);
    const utterance = features.utterance(
      row.texts.map(([text, weight]) => ({ text, weight })),
      row.forms,
    );
    const alike = equals(utterance, row.forms, row.scores, new SoundCodes(tables.phonetic, row.lang));
    findings.check("equals", same([alike.count, alike.shared], row.equals), { row, found: alike });
    const found = features.of(row.cosine, row.heard, row.forms[0], utterance, row.entities, alike);
    const names = Object.keys(row.features);
    const near = names.every((name) => Math.abs(found[name] - row.features[name]) <= 1e-6);
    findings.check("features", near && same(Object.keys(found).sort(), names.sort()), { row, found });
  }
}

/** defaults.jsonl: what comes out where a manifest says nothing, or little. */
export function checkDefaults(rows, parts, tables, findings) {
  for (const row of rows) {
    if (row.section === "calibration") {
      const calibration = new parts.Calibration(row.values);
      const standing = { scores: row.scores, signs: { cosine: row.cosine, number: row.number } };
      const found = calibration.confidences(standing);
      const near = found.every((value, place) => Math.abs(value - row.confidences[place]) <= 1e-6);
      findings.check("default confidence", near && found.length === row.confidences.length, { row, found });
      const decision = calibration.decide(standing, row.min_precision ?? undefined);
      findings.check("default decision", decision === row.decision, { row, decision });
      findings.check("default tied", calibration.tied(standing) === row.tied, { row, tied: calibration.tied(standing) });
    } else {
      checkRanking(row, row.values, "default", parts, tables, findings);
    }
  }
}

/** Candidates and ranking of a row that brings its own forms and vectors. */
function checkRanking(row, values, what, { FormEvidence, rerankWeights, bestCandidates }, tables, findings) {
  const weights = rerankWeights(values);
  const set = {
    forms: row.forms,
    vectors: Int8Array.from(row.vectors.flat()),
    owners: Int32Array.from(row.owners),
    demand: Int32Array.from(row.owners, (entity) => row.demand[entity]),
  };
  const hypotheses = [{ text: row.request, vector: Int8Array.from(row.vector), weight: 1 }];
  const k = row.ranking.length;
  const pool = new FormEvidence(set, row.lang, weights, tables).pool(hypotheses, k, null);
  const ranked = bestCandidates(pool, hypotheses, k, weights, null);
  const found = {
    candidates: pool.map(({ form }) => form),
    ranking: ranked.map(({ entity, score }) => [entity, score]),
    forms_of_ranking: ranked.map(({ form }) => form),
    ...(row.parts && { parts: ranked.map((each) => rounded(each.parts)) }),
  };
  for (const [field, value] of Object.entries(found)) {
    const detail = { request: row.request, values, expected: row[field], value };
    findings.check(`${what} ${field}`, same(value, row[field]), detail);
  }
}

/** Rows of requests.jsonl or nbest.jsonl that ask the bundle of `resolver`. */
export function checkRequests(rows, resolver, { quantise, isBlank }, findings) {
  for (const row of rows.filter(({ bundle }) => bundle === resolver.name)) {
    if (row.nbest) checkNbest(row, resolver, quantise, findings);
    else checkEncoding(row, resolver, quantise, findings);
    checkFromVectors(row, resolver, isBlank, findings);
    const found = row.nbest ? resolver.resolve(null, { nbest: row.nbest }) : resolver.resolve(row.query);
    const said = row.nbest ?? row.query;
    findings.check("decision", found.decision === row.decision, {
      said,
      expected: row.decision,
      found: found.decision,
    });
    findings.check("first", found.matches[0]?.id === row.ranking[0]?.[0], {
      said,
      expected: row.ranking,
      found: found.matches,
    });
    findings.check("tied", found.tied === row.tied, { said, expected: row.tied, found: found.tied });
    const difference = Math.abs((found.matches[0]?.confidence ?? 0) - row.confidence);
    findings.largest.confidence = Math.max(findings.largest.confidence, difference);
    findings.check("confidence", difference <= CONFIDENCE, { said, expected: row.confidence, difference });
  }
}

function checkEncoding(row, resolver, quantise, findings) {
  const ids = resolver.encoder.tokenIds(row.query);
  findings.check("token ids", same(ids, row.token_ids), { query: row.query, expected: row.token_ids, found: ids });
  const vector = resolver.encoder.encodeIds(row.token_ids);
  const difference = row.embedding.reduce((most, value, i) => Math.max(most, Math.abs(value - vector[i])), 0);
  findings.largest.embedding = Math.max(findings.largest.embedding, difference);
  findings.check("embedding", difference <= EMBEDDING, { query: row.query, difference });
  checkVector(row.query, row.vector, vector, resolver, quantise, findings);
}

function checkNbest({ nbest, vectors }, resolver, quantise, findings) {
  nbest.forEach(([text], place) =>
    checkVector(text, vectors[place], embed(text, resolver), resolver, quantise, findings),
  );
}

const embed = (text, { encoder }) => encoder.encodeIds(encoder.tokenIds(text));

function checkVector(text, expected, vector, resolver, quantise, findings) {
  const found = quantise(vector, resolver.manifest.index.scale);
  const off = Array.from(bytes(expected), (value, i) => Math.abs(value - found[i])).filter(Boolean);
  findings.check("int8 vector", off.length === 0, { text, off });
  findings.check("int8 vector, as allowed", off.length <= OFF_BY_ONE && off.every((by) => by === 1), { text, off });
}

/** Candidates, scores and their parts, computed from the vectors of the file: all must be equal. */
function checkFromVectors(row, resolver, isBlank, findings) {
  const told = row.nbest ?? [[row.query, 1]];
  const vectors = (row.vectors ?? [row.vector]).map(bytes);
  if (!row.ranking.length) return;
  const hypotheses = told
    .map(([text, weight], place) => ({ text, vector: vectors[place], weight }))
    .filter(({ text }) => !isBlank(text))
    .map((each) => ({ ...each, text: row.canonical ?? resolver.encoder.canonicalText(each.text) }));
  const catalog = resolver._catalog;
  const candidates = catalog.evidence.pool(hypotheses, COMPARED, null).map(({ form }) => form);
  const ranked = catalog.ranked(hypotheses, COMPARED).slice(0, row.ranking.length);
  const ids = ranked.map(({ entity }) => catalog.entity(entity).id);
  const parts = ranked.map((each) => ({ form: each.form, ...rounded(each.parts) }));
  findings.check("candidates", same(candidates, row.candidates), {
    said: told,
    expected: row.candidates,
    found: candidates,
  });
  findings.check(
    "ranking",
    same(
      ids,
      row.ranking.map(([id]) => id),
    ),
    { said: told, expected: row.ranking, found: ids },
  );
  const near = ranked.every(({ score }, place) => Math.abs(score - row.ranking[place][1]) <= (row.nbest ? SCORE : 0));
  findings.check("scores", near, { said: told, expected: row.ranking, found: ranked.map(({ score }) => score) });
  findings.check("parts", same(parts, row.parts), { said: told, expected: row.parts, found: parts });
}

function rounded(parts) {
  const some = Object.entries(parts).filter(([, value]) => value !== 0);
  return Object.fromEntries(some.map(([name, value]) => [name, Number(value.toFixed(3))]));
}
