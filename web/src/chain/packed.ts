//! Entries as the distributor takes them: 14 bytes each, the id as uint64 and the units as uint48.

import { hexToBytes, type Hex } from "viem";

const SIZE = 14;

export function unpack(entries: Hex): { id: bigint; units: bigint }[] {
  const bytes = hexToBytes(entries);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.length / SIZE) }, (_, index) => {
    const at = index * SIZE;
    return { id: view.getBigUint64(at), units: (BigInt(view.getUint16(at + 8)) << 32n) | BigInt(view.getUint32(at + 10)) };
  });
}
