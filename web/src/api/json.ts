//! Reads JSON that came from elsewhere, piece by piece.
//!
//! Takes: unknown values. Gives: typed ones, or an error that names the field. Never: a value that was not looked at.

/** An answer does not look as the API's description says. */
export class MalformedAnswer extends Error {
  constructor(field: string, expected: string) {
    super(`the answer's ${field} is not ${expected}`);
  }
}

export type Parse<T> = (value: unknown, field: string) => T;

export const text: Parse<string> = (value, field) => {
  if (typeof value !== "string") throw new MalformedAnswer(field, "a text");
  return value;
};

export const count: Parse<number> = (value, field) => {
  if (!Number.isSafeInteger(value)) throw new MalformedAnswer(field, "a whole number");
  return value as number;
};

/** A whole number of JSON, or its decimal text. */
export const whole: Parse<bigint> = (value, field) => {
  if (typeof value === "string" && /^[0-9]{1,78}$/.test(value)) return BigInt(value);
  if (Number.isSafeInteger(value) && (value as number) >= 0) return BigInt(value as number);
  throw new MalformedAnswer(field, "a whole number");
};

export const flag: Parse<boolean> = (value, field) => {
  if (typeof value !== "boolean") throw new MalformedAnswer(field, "true or false");
  return value;
};

export function hex<T extends `0x${string}`>(bytes: number): Parse<T> {
  return (value, field) => {
    if (typeof value !== "string" || !new RegExp(`^0x[0-9a-fA-F]{${bytes * 2}}$`).test(value)) throw new MalformedAnswer(field, `${bytes} bytes in hexadecimal`);
    return value as T;
  };
}

export function list<T>(parse: Parse<T>): Parse<T[]> {
  return (value, field) => {
    if (!Array.isArray(value)) throw new MalformedAnswer(field, "a list");
    return value.map((one) => parse(one, field));
  };
}

export function maybe<T>(parse: Parse<T>): Parse<T | null> {
  return (value, field) => (value === null || value === undefined ? null : parse(value, field));
}

export function oneOf<T extends string>(...words: T[]): Parse<T> {
  return (value, field) => {
    if (!words.includes(value as T)) throw new MalformedAnswer(field, `one of ${words.join(", ")}`);
    return value as T;
  };
}

type Shape<T> = { [K in keyof T]: Parse<T[K]> };

/** An object of these fields; others are left out. */
export function record<T>(shape: Shape<T>): Parse<T> {
  return (value, field) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw new MalformedAnswer(field, "an object");
    const out: Partial<T> = {};
    for (const key of Object.keys(shape) as (keyof T & string)[]) out[key] = shape[key]((value as Record<string, unknown>)[key], `${field}.${key}`);
    return out as T;
  };
}

/** A field of another name in the JSON. */
export function named<T>(name: string, parse: Parse<T>): Parse<T> {
  return (value, field) => {
    if (typeof value !== "object" || value === null) throw new MalformedAnswer(field, "an object");
    return parse((value as Record<string, unknown>)[name], `${field}.${name}`);
  };
}

export const pairs: Parse<Record<string, string>> = (value, field) => {
  if (value === null || value === undefined) return {};
  if (typeof value !== "object") throw new MalformedAnswer(field, "an object");
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, text(one, `${field}.${key}`)]));
};
