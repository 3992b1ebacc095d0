/** node bare_node.mjs SCRIPT...: scripts one after another in a context that has nothing but the language and `print`. */

import { readFile } from "node:fs/promises";
import vm from "node:vm";

const context = vm.createContext({ print: (text) => console.log(text) });
for (const file of process.argv.slice(2)) vm.runInContext(await readFile(file, "utf8"), context, file);
