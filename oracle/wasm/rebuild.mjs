// `node rebuild.mjs MODULE POLICY EVIDENCE...` prints what the WebAssembly module makes of each evidence
// file, a line of JSON each.
import { readFileSync } from 'node:fs'

const [path, policy, ...files] = process.argv.slice(2)
const { instance } = await WebAssembly.instantiate(readFileSync(path), {})
const { memory, reserve, rebuild, answer } = instance.exports

const put = (input, bytes) => {
  const at = reserve(input, bytes.length)
  new Uint8Array(memory.buffer, at, bytes.length).set(bytes)
}

for (const file of files) {
  put(0, readFileSync(file))
  put(1, readFileSync(policy))
  const length = rebuild()
  console.log(new TextDecoder().decode(new Uint8Array(memory.buffer, answer(), length)))
}
