//! A proposal's actions in words, each with the call itself for who wants to check.

import type { ComponentChildren } from "preact";
import { getAddress, isAddress, type Address as AddressText } from "viem";
import { call, getBalance } from "viem/actions";
import { useApp, useLoad } from "../../app";
import type { Reader } from "../../chain/client";
import { fault } from "../../chain/errors";
import { refusalsAbi } from "../../govern/abi";
import { decode, type Action, type Argument, type Decoded } from "../../govern/decode";
import { exact } from "../../govern/figures";
import { present } from "../../govern/present";
import type { Proposal, Tally } from "../../govern/proposals";
import { wordsOf, type Words } from "../../govern/words";
import { en } from "../../text/en";
import { Address, ErrorBox, Facts, Loading } from "../../ui/basics";
import { Simulation } from "./simulation";

const words = en.proposal;

interface Told {
  action: Action;
  decoded: Decoded;
  words: Words;
  /** Why it would fail if it were carried out now. */
  fails: string | null;
}

/** A value as it is in the call. */
function plain(value: unknown): ComponentChildren {
  if (typeof value === "string" && isAddress(value)) return <Address value={getAddress(value)} whole />;
  if (Array.isArray(value)) return <>{value.map((one, index) => <div key={index}>{plain(one)}</div>)}</>;
  if (typeof value === "object" && value !== null) {
    return <>{Object.entries(value).map(([name, one]) => <div key={name}><span class="muted">{name}</span> {plain(one)}</div>)}</>;
  }
  return <code class="data">{String(value)}</code>;
}

function Details({ action, decoded }: { action: Action; decoded: Decoded }) {
  const { config } = useApp();
  const { currency } = config.chain;
  const ours = decoded.kind !== "payment" && decoded.contract !== null ? en.govern.words.contracts[decoded.contract] : null;
  const args: readonly Argument[] = decoded.kind === "call" ? decoded.args : [];
  return (
    <details class="more" open={decoded.kind === "raw"}>
      <summary>{words.details}</summary>
      <Facts
        rows={[
          [words.target, <><Address value={action.target} /> <span class="muted">{ours ?? words.unknownTarget}</span></>],
          decoded.kind === "call" && [words.call, <code>{decoded.signature}</code>],
          ...args.map((one): [string, ComponentChildren] => [one.name, plain(one.value)]),
          action.value > 0n && [words.value, `${exact(action.value, currency.decimals)} ${currency.symbol}`],
          decoded.kind === "raw" && [words.data, <code class="data">{action.data}</code>],
        ]}
      />
    </details>
  );
}

/** Why the action would not go through if the timelock made it now. Only a contract's own refusal counts. */
async function failure(chain: Reader, timelock: AddressText, { target, data, value }: Action): Promise<string | null> {
  if (value > 0n && (await getBalance(chain, { address: timelock })) < value) return words.noCoin;
  try {
    await call(chain, { account: timelock, to: target, data, value });
    return null;
  } catch (error) {
    const found = fault(error, refusalsAbi);
    return found.kind === "revert" ? found.text : null;
  }
}

const PAST: readonly Tally["state"][] = ["executed", "canceled", "defeated", "expired"];

export function Actions({ proposal, tally }: { proposal: Proposal; tally: Tally }) {
  const { chain, config } = useApp();
  const past = PAST.includes(tally.state);
  const loaded = useLoad(async (): Promise<Told[]> => {
    const now = present(chain, config, tally.state === "executed");
    return Promise.all(
      proposal.actions.map(async (action) => {
        const decoded = decode(action, config.contracts);
        const [said, fails] = await Promise.all([wordsOf(action, decoded, now, config.contracts), past ? null : failure(chain, config.contracts.timelock, action)]);
        return { action, decoded, words: said, fails };
      }),
    );
  }, [chain, proposal.id, tally.state]);
  const told = loaded.value;
  const policies = told?.flatMap(({ words: { policy } }) => (policy === null ? [] : [policy])) ?? [];
  return (
    <section>
      <h2>{words.does}</h2>
      {!told && loaded.state === "loading" && <Loading />}
      {loaded.state === "error" && <ErrorBox fault={loaded.fault} retry={loaded.reload} />}
      {told?.length === 0 && <p>{words.nothing}</p>}
      {told && (
        <ol class="actions">
          {told.map(({ action, decoded, words: said, fails }, index) => (
            <li key={index}>
              {said.clauses.length > 0 && (
                <ul class="clauses">{said.clauses.map((clause) => <li key={clause}>{clause.slice(0, 1).toUpperCase() + clause.slice(1)}</li>)}</ul>
              )}
              {said.warnings.map((warning) => <p class="beware" key={warning}>{warning}</p>)}
              {fails && (
                <div class="beware">
                  <p>{words.fails}: {fails}</p>
                  <p class="muted small">{en.govern.faults.tooEarly}</p>
                </div>
              )}
              <Details action={action} decoded={decoded} />
            </li>
          ))}
        </ol>
      )}
      {policies.map(({ hash, fromEpoch }) => (
        <Simulation key={hash} hash={hash} fromEpoch={fromEpoch} description={`${proposal.title}\n${proposal.body}`} />
      ))}
    </section>
  );
}

