// `node rebuild.mjs MODULE POLICY EVIDENCE...` prints what the WebAssembly module makes of each evidence
// file, a line of JSON each, then what the same policy in its own place comes to, and the first attack on it.
import { readFileSync } from 'node:fs'
import { open } from './module.mjs'

const [path, policy, ...files] = process.argv.slice(2)
const module = await open(readFileSync(path))
module.put(1, readFileSync(policy))
module.call('learn')
for (const file of files) {
  module.put(0, readFileSync(file))
  console.log(module.call('rebuild'))
}
module.put(1, readFileSync(policy))
module.call('propose')
for (const file of files) {
  module.put(0, readFileSync(file))
  module.call('replay')
}
console.log(module.call('conclude'))
console.log(module.call('attack'))
