// The WebAssembly module as functions: takes its bytes, gives what it exports with bytes in and values out.
// Numbers in answers are strings of digits.

/** `progress(done, of)` hears how many bytes of an evidence file are read. */
export async function open(bytes, progress = () => {}) {
  const { instance } = await WebAssembly.instantiate(bytes, { guerdon: { progress: (done, of) => progress(done >>> 0, of >>> 0) } })
  const { memory, reserve, extend, answer, ...calls } = instance.exports

  const write = (make, input, bytes) => {
    const at = make(input, bytes.length) >>> 0
    if (at === 0) throw new RangeError('the file is too large for this browser\'s memory')
    if (bytes.length > 0) new Uint8Array(memory.buffer, at, bytes.length).set(bytes)
  }
  const text = (length) => new TextDecoder().decode(new Uint8Array(memory.buffer, answer() >>> 0, length >>> 0))
  return {
    put: (input, bytes) => write(reserve, input, bytes),
    add: (input, bytes) => write(extend, input, bytes),
    /** 'learn', 'rebuild', 'precede', 'propose', 'replay', 'conclude' or 'sha256': the answer's text. */
    call: (name) => text(calls[name]()),
  }
}
