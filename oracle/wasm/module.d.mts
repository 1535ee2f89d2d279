export type Call = "learn" | "rebuild" | "precede" | "propose" | "replay" | "conclude" | "attack" | "sha256";

export interface Module {
  put(input: 0 | 1, bytes: Uint8Array): void;
  add(input: 0 | 1, bytes: Uint8Array): void;
  call(name: Call): string;
}

export function open(bytes: BufferSource, progress?: (done: number, of: number) => void): Promise<Module>;
