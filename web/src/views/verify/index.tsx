//! Verifies an epoch in the visitor's own browser.

import { useEffect, useRef, useState } from "preact/hooks";
import { useApp } from "../../app";
import * as format from "../../format";
import { href, type Route } from "../../router";
import { en } from "../../text/en";
import { Button } from "../../ui/basics";
import { Title } from "../../ui/shell";
import { before } from "../../verify/before";
import { run, type Step, type Verdict } from "../../verify/run";
import { VerifierError } from "../../verify/types";
import { openVerifier } from "../../verify/verifier";
import type { ViewProps } from "..";
import { Steps } from "./steps";
import { Shown, type Earlier } from "./verdict";
import "./verify.css";

const words = en.verify;

export default function VerifyView({ route: { epoch } }: ViewProps<Extract<Route, { view: "verify" }>>) {
  const app = useApp();
  const [step, setStep] = useState<Step | null>(null);
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const [earlier, setEarlier] = useState<Earlier | null>(null);
  const [turn, setTurn] = useState(0);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => {
    const [verifier, aborted] = [openVerifier(), new AbortController()];
    stop.current = aborted;
    setVerdict(null);
    setEarlier(null);
    const show = <T,>(set: (value: T) => void) => (value: T) => {
      if (!aborted.signal.aborted) set(value);
    };
    const verify = async () => {
      const found = await run(app, epoch, verifier, show(setStep), aborted.signal);
      show(setVerdict)(found);
      show(setStep)(null);
      if (found.kind !== "compared" || !found.comparison.passed) return;
      const told = ({ stage, done, of }: Step) => show(setEarlier)({ kind: "looking", stage, done, of });
      told({ stage: "chain", done: 0, of: null });
      show(setEarlier)(await before(app, found, verifier, told, aborted.signal));
    };
    verify()
      .catch((error: unknown) => {
        if (!(error instanceof VerifierError && error.kind === "aborted")) throw error;
      })
      .finally(() => verifier.close());
    return () => aborted.abort();
  }, [app.chain, app.api, app.config, epoch, turn]);
  const name = words.title(format.number(epoch));
  const stopped = step === null && verdict === null && stop.current?.signal.aborted === true;
  return (
    <>
      <nav class="trail" aria-label={en.epochs.title}>
        <a href={href({ view: "epochs" })}>{en.epochs.title}</a>
        <a href={href({ view: "epoch", epoch })}>{words.back(format.number(epoch))}</a>
      </nav>
      <Title name={name}>{name}</Title>
      <p class="lead">{words.lead}</p>
      <div class="verifying" aria-live="polite">
        {step && <Steps step={step} />}
        {stopped && <p>{words.stopped}</p>}
        {verdict && <Shown verdict={verdict} earlier={earlier} epoch={epoch} again={() => setTurn(turn + 1)} />}
      </div>
      {step && <p><Button onClick={() => { stop.current?.abort(); setStep(null); }}>{words.stop}</Button></p>}
      {stopped && <p><Button onClick={() => setTurn(turn + 1)}>{words.again}</Button></p>}
    </>
  );
}
