//! The world behind the page, which is the binary `stage`: takes how it begins, gives commands to it.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../../", import.meta.url));

export class Stage {
  #process;
  #lines;
  #turn = Promise.resolve();

  /** @param {{ oracles?: 1 | 3, epochs?: number, posted?: boolean, linked?: string[], page?: string }} options */
  static async start(options) {
    const binary = `${root}target/debug/stage`;
    if (!existsSync(binary)) throw new Error("there is no target/debug/stage: run `make build`");
    const stage = new Stage();
    stage.#process = spawn(binary, [JSON.stringify(options)], { stdio: ["pipe", "pipe", "inherit"] });
    stage.#lines = createInterface({ input: stage.#process.stdout })[Symbol.asyncIterator]();
    stage.set = await stage.#next();
    return stage;
  }

  async #next() {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error("the stage has ended; above it says why");
    return JSON.parse(value);
  }

  /** One command after the other, whoever asks. */
  act(act) {
    const turn = this.#turn.then(async () => {
      this.#process.stdin.write(`${JSON.stringify(act)}\n`);
      const answer = await this.#next();
      if ("error" in answer) throw new Error(`${act.do}: ${answer.error}`);
      return answer.ok;
    });
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async close() {
    const ended = new Promise((done) => this.#process.once("exit", done));
    this.#process.stdin.end();
    await ended;
  }
}
