//! Packs what was built: beside every file of `web/dist` its gzip, where that is shorter. The daemon and most static
//! hosts send it to who takes it.

import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const dist = join(import.meta.dirname ?? new URL(".", import.meta.url).pathname, "../dist");
const files = readdirSync(dist, { recursive: true, withFileTypes: true }).filter((file) => file.isFile() && !file.name.endsWith(".gz"));
for (const file of files) {
  const path = join(file.parentPath ?? file.path, file.name);
  const bytes = readFileSync(path);
  const packed = gzipSync(bytes, { level: 9 });
  if (packed.length < bytes.length) writeFileSync(`${path}.gz`, packed);
}
