//! The four steps of a link, one after the other: sign, publish, have it attested, send.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useApp } from "../../app";
import { forget, keep, recall, type Draft } from "../../link/draft";
import { linkFault, type Outcome } from "../../link/gather";
import type { LinkRules, Standing } from "../../link/standing";
import { en } from "../../text/en";
import { Notice } from "../../ui/basics";
import { Attest } from "./attest";
import { Finished } from "./finished";
import { Publish } from "./publish";
import { Send } from "./send";
import { Sign } from "./sign";

const words = en.link.steps;

export type Quorum = Extract<Outcome, { kind: "quorum" }>;

export interface StepProps {
  login: string;
  standing: Standing;
  rules: LinkRules;
}

type At = "now" | "done" | "later";

function Step({ number, title, at, children }: { number: number; title: string; at: At; children: ComponentChildren }) {
  return (
    <li class={`guide-step ${at}`} aria-current={at === "now" ? "step" : undefined}>
      <h3>
        <span class="guide-number" aria-hidden="true">{at === "done" ? "✓" : number}</span>
        <span class="unseen">{words.of(String(number), "4")}: </span>
        {title}
        {at === "done" && <span class="unseen"> ({words.done})</span>}
      </h3>
      {at !== "later" && <div class="guide-body">{children}</div>}
    </li>
  );
}

export function Steps({ login, standing, rules, changed }: StepProps & { changed: () => void }) {
  const { config } = useApp();
  const place = { chainId: config.chain.id, distributor: config.contracts.distributor };
  const [draft, setDraft] = useState<Draft | null>(() => recall(place, standing.id));
  /** The text was published elsewhere: only the gist is known. */
  const [skipped, setSkipped] = useState(false);
  const [asked, setAsked] = useState<{ gist: string; turn: number } | null>(null);
  const [quorum, setQuorum] = useState<Quorum | null>(null);
  const [made, setMade] = useState<Quorum | null>(null);

  // A draft of a turn that is over, or too old, is no use.
  const current = draft && linkFault(draft.link, standing.nonce, rules.now) === null ? draft : null;
  const update = (next: Draft | null) => {
    if (next) keep(place, next);
    else forget(place, standing.id);
    setDraft(next);
  };
  if (made) return <Finished login={login} standing={standing} quorum={made} />;

  const signed = current !== null || skipped;
  const step = quorum ? 4 : asked ? 3 : signed ? 2 : 1;
  const at = (number: number): At => (number === step ? "now" : number < step ? "done" : "later");
  return (
    <section>
      <h2>{standing.wallet === null ? words.label : words.another}</h2>
      {standing.pending && !standing.pending.adopted && <Notice tone="warn" title={en.link.pending.again} />}
      <ol class="guide">
        <Step number={1} title={words.sign.title} at={at(1)}>
          <Sign
            login={login}
            standing={standing}
            rules={rules}
            draft={current}
            skipped={skipped}
            skip={(isSkipped) => {
              setSkipped(isSkipped);
              setAsked(null);
              setQuorum(null);
            }}
            signed={(next) => {
              update(next);
              setAsked(null);
              setQuorum(null);
            }}
          />
        </Step>
        <Step number={2} title={words.publish.title} at={at(2)}>
          <Publish
            login={login}
            draft={current}
            isOpen={step === 2}
            asked={(gist, pasted) => {
              if (current) update({ ...current, gist: pasted });
              setQuorum(null);
              setAsked((last) => ({ gist, turn: (last?.turn ?? 0) + 1 }));
            }}
          />
        </Step>
        <Step number={3} title={words.oracles.title} at={at(3)}>
          {asked && (
            <Attest
              key={`${asked.gist} ${asked.turn}`}
              login={login}
              standing={standing}
              gist={asked.gist}
              wallet={current?.link.wallet ?? null}
              again={() => setAsked((last) => last && { ...last, turn: last.turn + 1 })}
              enough={setQuorum}
            />
          )}
        </Step>
        <Step number={4} title={words.send.title} at={at(4)}>
          {quorum && (
            <Send
              standing={standing}
              quorum={quorum}
              sent={() => {
                update(null);
                setMade(quorum);
                changed();
              }}
            />
          )}
        </Step>
      </ol>
    </section>
  );
}
