/** What a program in TypeScript does with the package; checked, never run. */

import { BundleError, CatalogError, EntityResolver, PersonalResolver } from "edge-er";
import type { Decision, Entry, LoadOptions, Match, Resolution, ResolveOptions, Suggestion } from "edge-er";

const options: LoadOptions = { rerank: true, minPrecision: 0.9, engine: "auto" };

export async function ask(zip: Uint8Array): Promise<string> {
  const resolver: EntityResolver = await EntityResolver.fromZip(zip, options);
  const request: ResolveOptions = { topK: 3, where: { country: ["ES", "FR"] }, ids: new Set(["a"]), typed: true };
  const { decision, best, matches, tied }: Resolution = resolver.resolve("pon la cadena ser", request);
  resolver.resolve(null, { nbest: [["cadena ser", 0.7], "cadena cer"] });
  const all: Resolution[] = resolver.resolveBatch(["a", "b"], { where: { country: "ES" } });
  const typed: Suggestion[] = resolver.suggest("cad", { topK: 2 });
  const entry: Entry = { name: "Mum", aliases: ["Mother"], phone: "123" };
  const mine: PersonalResolver = resolver.withEntries([entry], { "es-1": 3 });
  mine.add({ name: "Gym mix" });
  mine.remove("c-1");
  mine.favour({ "es-1": 4 });
  const again: PersonalResolver = mine.withEntries(mine.save());
  for (const { name, spoken } of resolver.entities) if (!spoken.length) return name;
  const said: Decision = decision;
  const first: Match | null = best;
  const why = resolver.explain("ser", { topK: 1 })[0]?.parts.dense ?? 0;
  const computed: "wasm" | "javascript" = resolver.engine;
  const numbers = [tied, computed.length, all.length, typed.length, matches.length, resolver.entities.length, again.ownEntries.length, why];
  return `${said} ${first?.metadata.country} ${numbers.join()} ${resolver.report.counts.entities}`;
}

export async function open(): Promise<EntityResolver | null> {
  try {
    return await EntityResolver.load(new URL("https://bundle.test/radio.zip"));
  } catch (error) {
    if (error instanceof BundleError || error instanceof CatalogError) return null;
    throw error;
  }
}

// @ts-expect-error a request is a text
export const wrong = (resolver: EntityResolver) => resolver.resolve(5);
// @ts-expect-error there is no such option
export const unknown = (resolver: EntityResolver) => resolver.resolve("a", { topk: 3 });
