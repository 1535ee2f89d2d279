//! Gets files from places that nobody has to trust.
//!
//! Takes: places. Gives: their bytes as they come, or what each place said. Never: credentials, cookies or a referrer.

import type { Miss, Place } from "./types";

/** As the daemon's own limit. */
const LARGEST = 512 * 1024 * 1024;
/** For an answer to begin, and again for every piece of it. */
const PATIENCE = 20_000;

export class Missed extends Error {}

/** Gives each piece to `take`; `told` hears how many bytes have come, and how many will when that is known. */
export async function stream(place: Place, take: (piece: Uint8Array) => void, told: (done: number, of: number | null) => void): Promise<void> {
  const late = new AbortController();
  let timer = setTimeout(() => late.abort(), PATIENCE);
  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => late.abort(), PATIENCE);
  };
  try {
    const response = await fetch(place.url, { signal: late.signal, credentials: "omit", referrerPolicy: "no-referrer" });
    if (!response.ok) throw new Missed(`HTTP ${response.status}`);
    if (!response.body) throw new Missed("an empty answer");
    // The length of a packed answer is not that of the file.
    const length = response.headers.get("content-encoding") ? NaN : Number(response.headers.get("content-length") ?? NaN);
    const of = Number.isSafeInteger(length) && length > 0 ? length : null;
    const reader = response.body.getReader();
    let done = 0;
    for (;;) {
      const { done: ended, value } = await reader.read();
      if (ended) break;
      wait();
      if (done === 0 && packed(value)) throw new Missed("a file packed with zstd, which this browser did not unpack");
      done += value.length;
      if (done > LARGEST) {
        await reader.cancel();
        throw new Missed(`more than ${LARGEST >> 20} MiB`);
      }
      take(value);
      told(done, of);
    }
  } catch (error) {
    if (error instanceof Missed) throw error;
    if (late.signal.aborted) throw new Missed(`nothing for ${PATIENCE / 1000} seconds`);
    if (error instanceof RangeError) throw error;
    throw new Missed("no answer");
  } finally {
    clearTimeout(timer);
  }
}

/** The mark that a zstd file begins with. */
function packed(piece: Uint8Array): boolean {
  return piece[0] === 0x28 && piece[1] === 0xb5 && piece[2] === 0x2f && piece[3] === 0xfd;
}

export async function whole(place: Place, most: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  await stream(
    place,
    (piece) => {
      size += piece.length;
      if (size > most) throw new Missed(`more than ${most} bytes`);
      pieces.push(piece);
    },
    () => {},
  );
  const out = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}

export function miss(place: Place, error: unknown): Miss {
  if (error instanceof Missed) return { place, said: error.message };
  throw error;
}
