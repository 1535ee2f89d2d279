//! Modules of the page for tests in node: takes a path below `web/src`, gives its exports.

import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";

// The page asks the browser for the reader's languages; node 20 has no such thing.
globalThis.navigator ??= { languages: ["en-GB"] };

export async function load(path) {
  const root = fileURLToPath(new URL("..", import.meta.url));
  const { module } = await runnerImport(`${root}src/${path}`, { root, configFile: false, logLevel: "error" });
  return module;
}
