//! How far a transaction has come, told to eyes and ears.

import type { Sending } from "../app";
import * as format from "../format";
import { en } from "../text/en";
import { ErrorBox, Notice, TxLink } from "./basics";

const words = en.transaction;

/** One live region from the first check to the block; empty while idle. */
export function Progress({ sending, done, retry }: { sending: Sending; done?: string; retry?: () => void }) {
  return (
    <div class="progress" aria-live="polite">
      {sending.phase === "checking" && <p class="muted">{words.checking}</p>}
      {sending.phase === "wallet" && (
        <Notice title={words.confirm(sending.wallet)}>
          <p>{words.confirmText}</p>
        </Notice>
      )}
      {sending.phase === "pending" && (
        <Notice title={words.pending}>
          <p>{words.link} <TxLink hash={sending.hash} /></p>
        </Notice>
      )}
      {sending.phase === "mined" && (
        <Notice tone="good" title={done ?? words.mined}>
          <p>{words.link} <TxLink hash={sending.hash} /> {words.block(format.number(sending.block))}</p>
        </Notice>
      )}
      {sending.phase === "failed" && (
        <>
          <ErrorBox fault={sending.fault} {...(retry ? { retry } : {})} />
          {sending.hash && <p>{words.link} <TxLink hash={sending.hash} /></p>}
        </>
      )}
    </div>
  );
}
