//! Any static host: serves `web/dist` in a folder of its own, with a `config.json` beside it, as IPFS would.

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join, normalize } from "node:path";
import { root } from "./stage.mjs";

const KINDS = { html: "text/html", js: "text/javascript", css: "text/css", wasm: "application/wasm", json: "application/json" };
export const FOLDER = "/ipfs/bafy/";

/** @param {unknown} config What `config.json` says; text is served as it is. */
export async function host(config) {
  const served = typeof config === "string" ? config : JSON.stringify(config);
  const server = createServer(async (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://host").pathname));
    const name = path === FOLDER ? "index.html" : path.slice(FOLDER.length);
    response.setHeader("access-control-allow-origin", "*");
    try {
      if (!path.startsWith(FOLDER)) throw new Error("elsewhere");
      const bytes = name === "config.json" ? served : await readFile(join(root, "web/dist", name));
      response.setHeader("content-type", KINDS[name.split(".").pop()] ?? "application/octet-stream");
      response.end(bytes);
    } catch {
      response.writeHead(404).end("not here");
    }
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const url = `http://127.0.0.1:${server.address().port}${FOLDER}`;
  return { url, close: () => new Promise((done) => (server.closeAllConnections(), server.close(done))) };
}
