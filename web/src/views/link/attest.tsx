//! Step 3: every oracle is asked, and what it says is counted as it comes.

import { useEffect, useState } from "preact/hooks";
import { useApp } from "../../app";
import { fault, type Fault } from "../../chain/errors";
import { readOracleSet } from "../../chain/oracles";
import * as format from "../../format";
import { ask } from "../../link/ask";
import { Gathering, oraclesToAsk, type Outcome, type Voice } from "../../link/gather";
import { readRules, readStanding, walletCheck, type Standing } from "../../link/standing";
import { en } from "../../text/en";
import { Address, Button, ErrorBox, Loading, Notice } from "../../ui/basics";
import type { Quorum } from "./steps";

const words = en.link.steps.oracles;

interface Heard {
  voices: readonly Voice[];
  have: number;
  need: number;
  outcome: Outcome | null;
}

function host(oracle: string): string {
  const { host } = new URL(oracle);
  return oracle.startsWith(`${location.origin}/`) ? `${host} (${words.here})` : host;
}

function VoiceRow({ voice }: { voice: Voice }) {
  const known = voice.code === null ? undefined : en.link.refusals[voice.code];
  const reason = voice.code === null ? null : (known ?? en.link.refusals.unreadable);
  return (
    <li class={`voice ${voice.state}`}>
      <p class="voice-name">
        <strong>{host(voice.oracle)}</strong>
        <span class="muted">{voice.state === "asking" ? words.asking : voice.state === "attests" ? words.attests : reason}</span>
      </p>
      {voice.state === "refuses" && voice.said && (known === undefined || voice.code === "unreadable") && <p class="small muted">{en.link.said(voice.said)}</p>}
      {voice.signers.map((signer) => <p class="small" key={signer}><Address value={signer} /></p>)}
    </li>
  );
}

export function Attest({ login, standing, gist, wallet, again, enough }: { login: string; standing: Standing; gist: string; wallet: Standing["wallet"]; again: () => void; enough: (quorum: Quorum) => void }) {
  const { chain, config } = useApp();
  const [heard, setHeard] = useState<Heard | null>(null);
  const [wrong, setWrong] = useState<Fault | null>(null);
  const [nobody, setNobody] = useState(false);

  useEffect(() => {
    const stop = new AbortController();
    const run = async () => {
      const { contracts } = config;
      const [set, before, { now }] = await Promise.all([readOracleSet(chain, contracts.distributor), readStanding(chain, contracts, standing.id), readRules(chain, contracts)]);
      const oracles = oraclesToAsk(config.apis, set.baseUrl);
      if (oracles.length === 0) return setNobody(true);
      const place = { chainId: config.chain.id, distributor: contracts.distributor };
      const all = new Gathering({ place, set, nonce: before.nonce, now, oldWallet: before.wallet }, { id: standing.id, wallet }, oracles, walletCheck(chain));
      const tell = (outcome: Outcome | null) => stop.signal.aborted || setHeard({ voices: all.voices, have: all.have, need: all.need, outcome });
      tell(null);
      await Promise.all(
        oracles.map(async (oracle) => {
          await all.take(oracle, await ask(oracle, login, gist, { signal: stop.signal }));
          tell(null);
        }),
      );
      const outcome = await all.outcome();
      tell(outcome);
      if (outcome.kind === "quorum" && !stop.signal.aborted) enough(outcome);
    };
    run().catch((error: unknown) => stop.signal.aborted || setWrong(fault(error)));
    return () => stop.abort();
  }, []);

  if (wrong) return <ErrorBox fault={wrong} retry={again} />;
  if (nobody) return <Notice tone="bad" title={words.nobody} live />;
  if (!heard) return <Loading />;
  const { voices, have, need, outcome } = heard;
  const status = words.have(format.number(have), format.number(need));
  return (
    <>
      <p class="muted">{words.text}</p>
      <p role="status"><strong>{status}</strong>{outcome?.kind === "quorum" && <> {words.enough}</>}</p>
      <progress value={have} max={need} aria-label={status} />
      <ul class="voices">{voices.map((voice) => <VoiceRow key={voice.oracle} voice={voice} />)}</ul>
      {outcome?.kind === "ambiguous" && <Notice tone="bad" title={words.ambiguous(format.list(outcome.wallets.map(format.address)))} live />}
      {outcome?.kind === "unproved" && <Notice tone="bad" title={words.unproved} live />}
      {outcome && outcome.kind !== "quorum" && (
        <>
          <p><Button kind="primary" onClick={again}>{words.ask}</Button></p>
          <p class="muted small">{words.moving}</p>
        </>
      )}
    </>
  );
}
