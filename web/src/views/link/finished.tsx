//! What has come of it: linked, or a re-link that waits.

import { useEffect, useRef } from "preact/hooks";
import * as format from "../../format";
import type { Standing } from "../../link/standing";
import { href } from "../../router";
import { en } from "../../text/en";
import { Address } from "../../ui/basics";
import type { Quorum } from "./steps";

const words = en.link.steps.finished;

export function Finished({ login, standing, quorum }: { login: string; standing: Standing; quorum: Quorum }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const { proof } = quorum;
  // The standing is read again meanwhile: until then it is that of before.
  const isLinked = standing.wallet?.toLowerCase() === proof.link.wallet.toLowerCase();
  const waits = standing.wallet !== null && !isLinked && proof.oldWalletProof === null;
  return (
    <section aria-live="polite">
      <h2 ref={heading} tabIndex={-1}>{waits ? words.waits : words.title}</h2>
      {waits ? (
        standing.pending && <p>{words.waitsText(format.time(Number(standing.pending.readyTime)))}</p>
      ) : (
        <>
          <p>{words.text(login)}</p>
          <p><Address value={proof.link.wallet} whole /></p>
          <p>{words.accrued}</p>
          <p><a class="button primary" href={href({ view: "contributor", who: login })}>{words.claim}</a></p>
        </>
      )}
    </section>
  );
}
