/**
 * node own_file_node.mjs WEB_FOLDER FOLDER: what becomes of a file of own entries that is cut, changed, or whose writer is killed;
 * prints JSON. With "write" as third argument it writes two states in turn until it is killed.
 */

import { spawn } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const [web, folder, role] = process.argv.slice(2);
const { CatalogError, readWhole, writeWhole } = await import(pathToFileURL(join(web, "edge-er", "node.js")).href);
const { writeEntries, readEntries } = await import(pathToFileURL(join(web, "edge-er", "bundle", "personal_file.js")).href);
const entry = (name) => ({ id: `c-${name}`, name, aliases: ["ñandú 🎵"], spoken: [], metadata: {} });
const states = [1, 40].map((count) => writeEntries(Array.from({ length: count }, (_, i) => entry(`Mum ${i}`)), { "es-1": count }));
const target = join(folder, "mine.jsonl");

if (role === "write") {
  console.log("begun");
  for (let turn = 0; ; turn++) await writeWhole(target, states[turn % 2]);
}

const found = { warnings: 0, cuts: 0, wrong: [], killed: {} };
process.removeAllListeners("warning");
process.on("warning", ({ message }) => (found.warnings += message.includes("the version before it is read") ? 1 : 0));
for (const state of states) await writeWhole(target, state);
found.files = (await readdir(folder)).sort();
found.whole = (await readWhole(target)) === states[1];
const whole = await readFile(target);
for (let size = 0; size < whole.length; size += 7) {
  await writeFile(target, whole.subarray(0, size));
  const text = await readWhole(target);
  // Nothing is left of the first line: a file without a checksum, as by hand, whose rows are read as they are.
  const unsealed = size < '{"personal_file":'.length;
  if (unsealed ? text.length !== size : text !== states[0]) found.wrong.push(size);
  found.cuts += 1;
}
const changed = Buffer.from(whole);
changed[whole.length - 20] ^= 1;
await writeFile(target, changed);
found.changed = (await readWhole(target)) === states[0];
await writeFile(join(folder, ".mine.jsonl.previous"), changed);
const refused = (path) => readWhole(path).then(() => null, (error) => (error instanceof CatalogError ? error.message : `${error.stack}`));
found.both = await refused(target);
found.none = await refused(join(folder, "none.jsonl"));

await writeWhole(target, states[0]);
for (let time = 0; time < 12; time++) {
  const writer = spawn(process.execPath, [fileURLToPath(import.meta.url), web, folder, "write"], { stdio: ["ignore", "pipe", "inherit"] });
  await new Promise((go) => writer.stdout.once("data", go));
  await new Promise((go) => setTimeout(go, 20 + 7 * time));
  await new Promise((go) => writer.once("exit", go) && writer.kill("SIGKILL"));
  const text = await readFile(target, "utf8");
  const state = states.indexOf(text);
  found.killed[state] = (found.killed[state] ?? 0) + 1;
}
await writeWhole(target, states[1]);
found.left = (await readdir(folder)).sort();
found.read = readEntries(await readWhole(target), (text) => text).entries.length;
console.log(JSON.stringify(found));
