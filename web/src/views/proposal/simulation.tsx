//! A proposed policy on past epochs: who would have earned what, computed here.

import { useEffect, useRef, useState } from "preact/hooks";
import type { Hex } from "viem";
import { useApp } from "../../app";
import { fault, type Fault } from "../../chain/errors";
import * as format from "../../format";
import { addressesIn, NoPolicy, NothingToTry, rehearse } from "../../govern/rehearsal";
import { en } from "../../text/en";
import { Button, Empty, ErrorBox, Field, Hash, Notice } from "../../ui/basics";
import { VerifierError, type Progress, type Simulation as Outcome } from "../../verify/types";
import type { Verifier } from "../../verify/verifier";
import { Results } from "./results";

const words = en.proposal.simulation;

type State =
  | { at: "idle" }
  | { at: "running"; progress: Progress | null }
  | { at: "done"; outcome: Outcome }
  | { at: "missing" }
  | { at: "nothing" }
  | { at: "failed"; fault: Fault };

const CHOICES = [4, 8, 13, 26];

/** A file that somebody opened; it counts only if it is the proposed policy. */
function OpenFile({ hash, verifier, opened }: { hash: Hex; verifier: () => Promise<Verifier>; opened: (text: string) => void }) {
  const [wrong, setWrong] = useState<string | null>(null);
  const read = async (file: File | undefined) => {
    if (!file) return;
    setWrong(null);
    try {
      const text = await file.text();
      const found = await (await verifier()).policyHash(text);
      if (found.toLowerCase() === hash.toLowerCase()) opened(text);
      else setWrong(`${words.wrong} ${found}`);
    } catch (error) {
      setWrong(error instanceof VerifierError ? error.message : fault(error).text);
    }
  };
  return (
    <Field label={words.file} error={wrong}>
      {({ id, describedBy }) => <input id={id} type="file" accept=".toml,text/plain" aria-describedby={describedBy} onChange={(event) => void read(event.currentTarget.files?.[0])} />}
    </Field>
  );
}

function Running({ progress, stop }: { progress: Progress | null; stop: () => void }) {
  const text = progress ? words.stage[progress.stage] : words.looking;
  const share = progress?.of ? { value: progress.done, max: progress.of } : {};
  return (
    <>
      <p role="status">{text}…</p>
      <progress {...share} aria-label={text} />
      <p><Button onClick={stop}>{words.stop}</Button></p>
    </>
  );
}

export function Simulation({ hash, fromEpoch, description }: { hash: Hex; fromEpoch: bigint; description: string }) {
  const { api, chain, config } = useApp();
  const [state, setState] = useState<State>({ at: "idle" });
  const [epochs, setEpochs] = useState(4);
  const verifier = useRef<Verifier | null>(null);
  const stopper = useRef<AbortController | null>(null);
  useEffect(() => () => {
    stopper.current?.abort();
    verifier.current?.close();
  }, []);

  const open = async (): Promise<Verifier> => (verifier.current ??= (await import("../../verify/verifier")).openVerifier());
  /** The file that was opened, where nobody had the text. */
  const opened = useRef<string | null>(null);
  const run = async (attacks = false) => {
    const stop = (stopper.current = new AbortController());
    setState({ at: "running", progress: null });
    try {
      const trial = { hash, text: opened.current, named: addressesIn(description), epochs, attacks };
      const told = (progress: Progress) => stop.signal.aborted || setState({ at: "running", progress });
      const outcome = await rehearse({ verifier: await open(), api, reader: chain, config }, trial, told, stop.signal);
      if (!stop.signal.aborted) setState({ at: "done", outcome });
    } catch (error) {
      if (stop.signal.aborted) setState({ at: "idle" });
      else if (error instanceof NoPolicy) setState({ at: "missing" });
      else if (error instanceof NothingToTry) setState({ at: "nothing" });
      else if (error instanceof VerifierError) setState({ at: "failed", fault: { kind: "unknown", text: words.failed, hint: error.message } });
      else setState({ at: "failed", fault: fault(error) });
    }
  };

  return (
    <section class="simulation">
      <h3>{words.title}</h3>
      <p class="muted">{words.text} {en.govern.words.say.fromEpoch(format.number(fromEpoch))}.</p>
      {state.at !== "running" && (
        <div class="ask">
          <Field label={words.epochs}>
            {({ id }) => (
              <select id={id} value={epochs} onChange={(event) => setEpochs(Number(event.currentTarget.value))}>
                {CHOICES.map((count) => <option key={count} value={count}>{count}</option>)}
              </select>
            )}
          </Field>
          <Button kind={state.at === "done" ? "secondary" : "primary"} onClick={() => run()}>{state.at === "done" ? words.again : words.run}</Button>
        </div>
      )}
      {state.at === "running" && <Running progress={state.progress} stop={() => stopper.current?.abort()} />}
      {state.at === "missing" && (
        <Notice tone="warn" title={words.missing} live>
          <p><Hash value={hash} whole /></p>
          <p>{words.missingHint}</p>
          <OpenFile hash={hash} verifier={open} opened={(text) => { opened.current = text; void run(); }} />
        </Notice>
      )}
      {state.at === "nothing" && <Empty title={words.none}><p>{words.noneText}</p></Empty>}
      {state.at === "failed" && <ErrorBox fault={state.fault} retry={() => void run()} />}
      {state.at === "done" && <Results outcome={state.outcome} />}
      {state.at === "done" && state.outcome.attacks.length === 0 && (
        <>
          <p class="muted">{words.tryText}</p>
          <p><Button onClick={() => run(true)}>{words.tryAttacks}</Button></p>
        </>
      )}
    </section>
  );
}
