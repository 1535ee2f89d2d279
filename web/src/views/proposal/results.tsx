//! What a simulation came to: in all, by person, by slice, concentration, and known attacks.

import type { ComponentChildren } from "preact";
import { useApp, useLoad } from "../../app";
import * as format from "../../format";
import { href } from "../../router";
import { en } from "../../text/en";
import { Amount, Facts, Notice, Table } from "../../ui/basics";
import type { Attack, Simulation } from "../../verify/types";

const words = en.proposal.simulation;

/** So many people are shown. */
const MOST = 20;

function Difference({ units }: { units: bigint }) {
  const { config } = useApp();
  const size = (units < 0n ? -units : units) * config.unit;
  return <span class={units < 0n ? "less" : "gain"}>{units === 0n ? "" : units < 0n ? "−" : "+"}<Amount value={size} symbol={false} /></span>;
}

const heads = (first: string, ...figures: string[]) => (
  <tr>
    <th scope="col">{first}</th>
    {figures.map((text) => <th key={text} scope="col" class="figure">{text}</th>)}
  </tr>
);

const row = (key: string, name: ComponentChildren, ...figures: ComponentChildren[]) => (
  <tr key={key}>
    <th scope="row">{name}</th>
    {figures.map((figure, index) => <td key={index} class="figure">{figure}</td>)}
  </tr>
);

function People({ changes }: { changes: Simulation["changes"] }) {
  const { api, config } = useApp();
  const shown = changes.filter(({ difference }) => difference !== 0n).slice(0, MOST);
  const ids = shown.map(({ id }) => String(id));
  // A name is a courtesy: whoever cannot be named is a number.
  const names = useLoad(async () => new Map(await Promise.all(ids.map(async (id) => [id, await api.contributor(id).then(({ login }) => login, () => null)] as const))), [api, ids.join()]);
  if (shown.length === 0) return null;
  const left = changes.filter(({ difference }) => difference !== 0n).length - shown.length;
  return (
    <>
      <Table caption={words.people} head={heads(words.account, words.before, words.after, words.difference)}>
        {shown.map(({ id, earned, difference }) =>
          row(
            String(id),
            <a href={href({ view: "contributor", who: String(id) })}>{names.value?.get(String(id)) ?? String(id)}</a>,
            <Amount value={earned.before * config.unit} symbol={false} />,
            <Amount value={earned.after * config.unit} symbol={false} />,
            <Difference units={difference} />,
          ),
        )}
      </Table>
      {left > 0 && <p class="muted">{words.more(format.number(left))}</p>}
    </>
  );
}

const bound = (limit: Attack["limit"]): string => (limit === null ? "" : "atMost" in limit ? `≤ ${format.thousandths(Number(limit.atMost))}` : `≥ ${format.thousandths(Number(limit.atLeast))}`);
const ratio = (value: bigint | null): string => (value === null ? "–" : format.thousandths(Number(value)));

function Attacks({ attacks }: { attacks: readonly Attack[] }) {
  const broken = attacks.filter(({ holds }) => !holds.after);
  if (attacks.length === 0) return null;
  if (broken.length === 0) return <p>{words.attacksHold}</p>;
  return (
    <>
      <Notice tone="bad" title={words.attacks} />
      <Table caption={words.attacks} hidden head={heads(words.attack, words.limit, words.before, words.after)}>
        {broken.map((one) => row(one.name, <>{one.about || one.name}</>, bound(one.limit), ratio(one.ratio.before), ratio(one.ratio.after)))}
      </Table>
    </>
  );
}

export function Results({ outcome }: { outcome: Simulation }) {
  const { config } = useApp();
  const { people, earned, concentration, slices } = outcome;
  const same = outcome.insteadOf.length === 1 && outcome.insteadOf[0]?.toLowerCase() === outcome.policy.toLowerCase();
  const figure = (value: number) => format.thousandths(value);
  return (
    <div aria-live="polite">
      <h4>{words.span(format.number(outcome.from), format.number(outcome.to))}</h4>
      {same && <Notice title={words.same} />}
      <Facts
        rows={[
          [words.earned, <><Amount value={earned.after * config.unit} /> <span class="muted">{words.before.toLowerCase()} <Amount value={earned.before * config.unit} /></span></>],
          [words.gain, <>{format.number(people.gain)} {people.appear > 0 && <span class="muted">({words.appear(format.number(people.appear))})</span>}</>],
          [words.lose, <>{format.number(people.lose)} {people.disappear > 0 && <span class="muted">({words.disappear(format.number(people.disappear))})</span>}</>],
          [words.unchanged, format.number(people.same)],
        ]}
      />
      <People changes={outcome.changes} />
      <Table caption={words.slices} head={heads(words.slice, words.before, words.after, words.difference)}>
        {slices.map(({ slice, earned }) =>
          row(slice, (en.contributor.slices as Record<string, string>)[slice] ?? slice, <Amount value={earned.before * config.unit} symbol={false} />, <Amount value={earned.after * config.unit} symbol={false} />, <Difference units={earned.after - earned.before} />),
        )}
      </Table>
      <Table caption={words.concentration} head={heads(words.figure, words.before, words.after)}>
        {row("gini", words.gini, figure(concentration.before.gini), figure(concentration.after.gini))}
        {row("top", words.topTen, format.percent(concentration.before.topTen), format.percent(concentration.after.topTen))}
        {row("nakamoto", words.nakamoto, format.number(concentration.before.nakamoto), format.number(concentration.after.nakamoto))}
      </Table>
      <Attacks attacks={outcome.attacks} />
    </div>
  );
}
