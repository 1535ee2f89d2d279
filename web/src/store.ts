//! A value that views follow.
//!
//! Takes: changes. Gives: the newest value to every listener, and to components by `use`. Never: keeps history.

import { useEffect, useState } from "preact/hooks";

export class Store<T> {
  #value: T;
  #listeners = new Set<(value: T) => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const listener of [...this.#listeners]) listener(value);
  }

  listen(listener: (value: T) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The value, for a component that is drawn again when it changes. */
  use(): T {
    const [value, draw] = useState(this.#value);
    useEffect(() => {
      draw(() => this.#value);
      return this.listen((next) => draw(() => next));
    }, [this]);
    return value;
  }
}
