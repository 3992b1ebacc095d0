/** Names are those of Python, in camel case; what they mean is told in the Python package's documents too. */

/** A value of JSON. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** The other fields of a catalog: country, tags, streams, ... */
export type Metadata = Record<string, any>;

/** Which entities may answer. */
export interface Filters {
  /** Only entities whose metadata has these values: `{country: "ES", tags: ["news", "talk"]}`; 1,000 of a field at most. */
  where?: Record<string, Scalar | readonly Scalar[] | ReadonlySet<Scalar>> | null;
  /** Only entities with these ids; unknown ids are ignored. */
  ids?: Iterable<string> | null;
}

export type Scalar = string | number | boolean | null;

export interface LoadOptions {
  /** false leaves all other evidence out: vectors alone rank. */
  rerank?: boolean;
  /** How often an answer should be right, between 0 and 1; by default the bundle decides. */
  minPrecision?: number;
  /** `manifest_sha256` of the only bundle that may be loaded. */
  sha256?: string;
  /** Public keys as PEM (`edge-er keygen`); only a bundle that one of them has signed is loaded. Needs WebCrypto. */
  trustedKeys?: string | Iterable<string>;
  /** What computes: "auto" takes the compiled kernels (WebAssembly) where they run, "wasm" asks for them, "javascript" does without. */
  engine?: "auto" | "wasm" | "javascript";
}

export interface BatchOptions extends Filters {
  /** How many candidates to give, from 1 up; 5 by default. */
  topK?: number;
  /** How often an answer should be right, between 0 and 1; by default that of `load`. */
  minPrecision?: number;
  /** The request was typed, not spoken: a name that is nearly one of the catalog is then more likely another one. */
  typed?: boolean;
}

export interface ResolveOptions extends BatchOptions {
  /** Instead of the request, several texts of one utterance, 64 at most, each alone or with a weight above 0. */
  nbest?: string | Iterable<string | readonly [text: string, weight: number]>;
}

export interface ListOptions extends Filters {
  /** How many to give, from 1 up; 5 by default. */
  topK?: number;
}

/** One thing a request can name. */
export interface Entity {
  readonly id: string;
  readonly name: string;
  readonly aliases: readonly string[];
  /** Generated surface forms: searched, never shown. */
  readonly spoken: readonly string[];
  readonly metadata: Metadata;
}

/** All entities, in a fixed order; each is read when it is asked for. */
export interface Entities extends Iterable<Entity> {
  readonly length: number;
  /** The entity of an index, from the end if it is below 0. */
  at(index: number): Entity | undefined;
}

/** An own entry: a contact, a favourite, a nickname; all other fields are metadata. */
export interface Entry {
  name: string;
  /** By default made of the name. The id of an entity of the catalog gives that entity more names. */
  id?: string;
  /** A list, or one string with `|` between them. */
  aliases?: string | readonly string[];
  spoken?: string | readonly string[];
  [field: string]: unknown;
}

/** One candidate. */
export interface Match {
  readonly id: string;
  readonly name: string;
  readonly aliases: readonly string[];
  /** Cosine with the request, and more where the bundle ranks on other evidence too. */
  readonly score: number;
  /** In [0, 1]. */
  readonly confidence: number;
  readonly metadata: Metadata;
}

export type Decision = "match" | "ambiguous" | "no_match";

/** The answer to one request. */
export interface Resolution {
  readonly query: string;
  readonly decision: Decision;
  /** Best first, whatever the decision; empty for empty input. */
  readonly matches: readonly Match[];
  /** The first match; null under "no_match". */
  readonly best: Match | null;
  /** How many entities cannot be told apart from the first match, itself included, 16 at most. */
  readonly tied: number;
}

/** An entity that a text may become; a person chooses, so there is no confidence and no decision. */
export interface Suggestion {
  readonly id: string;
  readonly name: string;
  readonly aliases: readonly string[];
  /** A whole number, only to be compared within one answer. */
  readonly score: number;
  /** Its name or alias that the text begins, for the list and the search field. */
  readonly completed: string;
  readonly metadata: Metadata;
}

/** Why a candidate stands where it does. */
export interface Explanation {
  readonly id: string;
  readonly name: string;
  /** The surface form that matched best. */
  readonly form: string;
  readonly score: number;
  /** How far `score` is above that of the next candidate; 0 if there is none. */
  readonly margin: number;
  /** The summands of `score`. */
  readonly parts: Readonly<Record<string, number>>;
  /** The features that its confidence is made of. */
  readonly signs: Readonly<Record<string, number>>;
}

/** Measured quality and size. */
export interface Report extends Record<string, any> {
  readonly name: string;
  readonly lang: string;
  readonly counts: Record<string, number>;
  readonly size_bytes: number;
}

export type Bytes = Uint8Array | ArrayBuffer | ArrayBufferView;

/** Finds the entities of one bundle. Resolving opens no connection. */
export class EntityResolver {
  protected constructor(parts: unknown);

  /**
   * Resolver of the bundle at an address, a folder or a .zip; in Node also at a path. Every file is checked against its SHA-256.
   * @throws {BundleNotFoundError} there is no bundle
   * @throws {BundleVersionError} it is newer than this runtime
   * @throws {BundleCorruptError} a file is missing or damaged
   * @throws {BundleBusyError} other versions took its place again and again while it was read
   * @throws {BundleUntrustedError} it is another one than `sha256` says, or nobody of `trustedKeys` has signed it
   * @throws {EngineError} `engine` is "wasm", which does not run here
   */
  static load(url: string | URL, options?: LoadOptions): Promise<EntityResolver>;
  /** The same from the files of a bundle's folder, by name. */
  static fromFiles(files: ReadonlyMap<string, Bytes> | Record<string, Bytes>, options?: LoadOptions): Promise<EntityResolver>;
  /** The same from the bytes of a .zip. */
  static fromZip(data: Bytes, options?: LoadOptions): Promise<EntityResolver>;

  /** Name of the bundle. */
  readonly name: string;
  /** Main language of the bundle's names ("es"). */
  readonly lang: string;
  /** What computes its answers, which are the same by either. */
  readonly engine: "wasm" | "javascript";
  /** What `manifest.json` of the bundle says. */
  readonly manifest: Record<string, any>;
  readonly report: Report;
  readonly entities: Entities;

  /**
   * The entities that `query` names, best first, and a decision.
   * @throws {FilterError} no entity has a field of `where`, or a value cannot be compared
   * @throws {TypeError} a text is no string, not just one of `query` and `nbest` is given, or `typed` is no boolean
   * @throws {RangeError} `topK` below 1, `minPrecision` not between 0 and 1, a weight not above 0, or too many texts
   */
  resolve(query: string | null, options?: ResolveOptions): Resolution;
  /** The answers that `resolve` gives to each request; a single string is one request. */
  resolveBatch(queries: string | Iterable<string>, options?: BatchOptions): Resolution[];
  /**
   * The entities that `text` may become while it is typed, best first; for every keystroke.
   *
   * The last word is taken as the beginning of a word, after a space as finished; the words before it may stand in any
   * order, and carriers ("play cadena s") come off. Only where nothing fits a text with a slip finds what is similar. Empty
   * text gives what is asked for most; nothing, where nobody says it.
   */
  suggest(text: string, options?: ListOptions): Suggestion[];
  /** Form, score and summands of the best candidates, in the order of `resolve`. */
  explain(query: string, options?: ListOptions): Explanation[];
  /**
   * A resolver with a person's own entries beside the catalog, which is shared and stays as it is.
   * @param entries a list, or the text that `PersonalResolver.save` gave
   * @param popularity how often this person asked for entities, by id; it raises their scores within a limit
   * @throws {CatalogError} an entry without a name, an id twice, a count that is no number
   */
  withEntries(entries?: Iterable<Entry> | string, popularity?: Record<string, number>): PersonalResolver;
  /**
   * Answer the bundle's golden requests again; how many there were.
   * @throws {BundleCorruptError} an answer differs from the one the bundle was shipped with
   */
  selftest(): number;
}

/** A resolver with own entries, made by `withEntries`. */
export class PersonalResolver extends EntityResolver {
  /** The own entries, in the order in which they were added. */
  readonly ownEntries: readonly Entity[];
  /** How often this person asked for entities, by id. */
  readonly popularity: Readonly<Record<string, number>>;
  /** Add all entries or none; the next request finds them. */
  add(...entries: Entry[]): void;
  /** Remove all own entries with these ids, or none; an entity of the catalog only loses the added names. */
  remove(...ids: string[]): void;
  /** Set how often this person asked for entities, by id. An entity of an id may be added later. */
  favour(popularity: Record<string, number>): void;
  /** Entries and popularity as text, one JSON object a line: what `withEntries` takes, and a file that Python reads. */
  save(): string;
}

/** The root of all errors of this runtime. */
export class EdgeERError extends Error {}
/** Something is wrong with a bundle. */
export class BundleError extends EdgeERError {}
/** There is no bundle at that address. */
export class BundleNotFoundError extends BundleError {}
/** A file of the bundle is missing, damaged, or not what its manifest says. */
export class BundleCorruptError extends BundleError {}
/** The bundle was written by a newer version, or needs what this runtime has not. */
export class BundleVersionError extends BundleError {}
/** Somebody else is replacing the bundle; load it again when that is done. */
export class BundleBusyError extends BundleError {}
/** Another bundle than the pinned one, or one that nobody who is trusted has signed. */
export class BundleUntrustedError extends BundleError {}
/** Own entries, or a file of them, that cannot be used. */
export class CatalogError extends EdgeERError {}
/** An encoder that cannot be loaded or used. */
export class EncoderError extends EdgeERError {}
/** A filter that fits no catalog: a field that no entity has, or a value that cannot be compared. */
export class FilterError extends EdgeERError {}
/** The compiled kernels were asked for, and do not run here: no WebAssembly with SIMD, or a policy that forbids it. */
export class EngineError extends EdgeERError {}
