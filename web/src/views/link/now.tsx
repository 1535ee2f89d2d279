//! How a contributor's link stands, and what has accrued for who has none.

import { useApp, useLoad, useToken } from "../../app";
import * as format from "../../format";
import { span } from "../../govern/figures";
import { readAccrued } from "../../link/accrued";
import type { LinkRules, Standing } from "../../link/standing";
import { en } from "../../text/en";
import { Address, Amount, Facts, Notice } from "../../ui/basics";

const words = en.link.now;

function Accrual({ id }: { id: bigint }) {
  const { api, config } = useApp();
  const { state, value } = useLoad(() => readAccrued(api, config, id), [api, id]);
  if (state === "loading" && !value) return <>…</>;
  if (!value) return <>{words.accruedUnknown}</>;
  if (value.amount === 0n) return <>{words.accruedNothing}</>;
  return (
    <>
      <strong><Amount value={value.amount} /></strong>
      {value.oldest && <p>{words.lapses(format.date(value.oldest.lapses), format.number(value.oldest.epoch))}</p>}
      <p class="muted">{words.granted}</p>
    </>
  );
}

export function Now({ standing, rules }: { standing: Standing; rules: LinkRules }) {
  const { config, connection } = useApp();
  const { wallet, earned, claimed, isContested } = standing;
  const unclaimed = (earned - claimed) * config.unit;
  const mine = wallet !== null && connection?.account.toLowerCase() === wallet.toLowerCase();
  return (
    <section>
      <h2>{words.title}</h2>
      {wallet === null ? (
        <Facts rows={[[words.linked, words.unlinked], [words.accrued, <Accrual id={standing.id} />]]} />
      ) : (
        <>
          <Facts
            rows={[
              [words.linked, <><Address value={wallet} />{mine && <p class="muted">{words.yours}</p>}</>],
              [words.unclaimed, <Amount value={unclaimed} />],
            ]}
          />
          <Notice>
            <p>{isContested ? words.contested : words.relink(span(rules.delay))}</p>
            {earned - claimed > rules.available && <Exposed unclaimed={unclaimed} left={rules.available * config.unit} />}
          </Notice>
        </>
      )}
      {rules.pausedUntil !== null && <Notice tone="warn" title={words.paused(format.time(Number(rules.pausedUntil)))} />}
    </section>
  );
}

/** Only a link budget that does not reach is worth a word. */
function Exposed({ unclaimed, left }: { unclaimed: bigint; left: bigint }) {
  const token = useToken();
  if (!token) return null;
  const shown = (value: bigint) => `${format.amount(value, token.decimals)} ${token.symbol}`;
  return <p>{words.exposed(shown(unclaimed), shown(left))}</p>;
}
