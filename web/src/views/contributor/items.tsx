//! Line items and what earned nothing, each with its reasons.

import type { LineItem, Refusal } from "../../api/types";
import { useApp } from "../../app";
import * as format from "../../format";
import { en } from "../../text/en";
import { Amount, Facts, Outside, Time } from "../../ui/basics";
import { refer, spoken } from "./facts";

const words = en.contributor;

function Reference({ fact, title }: { fact: string; title?: string | null }) {
  const { config } = useApp();
  const { name, url, kind } = refer(fact, config);
  // Titles are written by strangers: they are text and nothing else, and their direction stays theirs.
  return (
    <span>
      {url ? <Outside href={url}>{name}</Outside> : name}
      {title ? <bdi class="item-title"> {title}</bdi> : <span class="muted"> {kind}</span>}
    </span>
  );
}

/** "×1.08 newcomer": what multiplied the points. */
function Factors({ item }: { item: LineItem }) {
  if (item.factors.length === 0) return null;
  return (
    <ul class="factors">
      {item.factors.map((factor, index) => (
        <li key={index} class={factor.milli < 1000 ? "lowers" : undefined}>
          <span class="times">×{format.thousandths(factor.milli)}</span> {spoken(words.factors, factor.name)}
        </li>
      ))}
    </ul>
  );
}

function seen(item: LineItem): string[] {
  const { inputs } = item;
  const out: string[] = [];
  if (inputs?.of === "pull") {
    out.push(words.changed(format.number(inputs.additions), format.number(inputs.deletions), words.files(inputs.files, format.number(inputs.files))));
    if (inputs.labels.length > 0) out.push(words.labels(format.list(inputs.labels)));
  } else if (inputs?.of === "review") {
    out.push(words.verdict(inputs.verdict), words.hunks(inputs.hunks, format.number(inputs.hunks)));
  } else if (inputs?.of === "issue" && inputs.labels.length > 0) out.push(words.labels(format.list(inputs.labels)));
  if (item.lines > 0) out.push(words.lines(format.thousandths(item.lines), format.thousandths(item.size)));
  return out;
}

export function Item({ item, unit }: { item: LineItem; unit: bigint }) {
  const slice = spoken(words.slices, item.slice);
  const title = item.inputs && "title" in item.inputs ? item.inputs.title : null;
  const cut = item.priced - item.units;
  return (
    <li class="item">
      <div class="line-head">
        <Reference fact={item.fact} title={title} />
        <Amount value={item.amount} />
      </div>
      <p class="muted small">
        {words.itemIn(spoken(words.kinds, item.kind), slice)} · <Time seconds={item.at} day />
      </p>
      <Factors item={item} />
      {item.notes.length > 0 && <Notes notes={item.notes} />}
      <details class="computed">
        <summary>{words.steps}</summary>
        <Facts
          rows={[
            [words.seen, seen(item).join(" · ") || words.nothingSeen],
            [words.baseName, words.base(format.number(item.base), item.rule)],
            [words.points, format.thousandths(item.points)],
            [
              words.price,
              <>
                <Amount value={item.price.per_point} fraction={6} />
                <span class="muted small"> (<PriceOf item={item} unit={unit} slice={slice} />)</span>
              </>,
            ],
            [words.priced, <Amount value={item.priced * unit} fraction={6} />],
            cut > 0n && [words.cut, <>−<Amount value={cut * unit} fraction={6} /></>],
            [words.amount, <Amount value={item.amount} fraction={6} />],
          ]}
        />
      </details>
    </li>
  );
}

function PriceOf({ item, unit, slice }: { item: LineItem; unit: bigint; slice: string }) {
  return (
    <>
      {words.priceSlice(slice)} <Amount value={item.price.pool * unit} /> {words.pricePoints(format.amount(item.price.points, 3, 0))}
    </>
  );
}

function Notes({ notes }: { notes: readonly string[] }) {
  return (
    <ul class="notes small" aria-label={words.notes}>
      {notes.map((note, index) => (
        <li key={index}>{note}</li>
      ))}
    </ul>
  );
}

/** What earned nothing, and the rule that says so. */
export function Refusals({ title, refusals }: { title: string; refusals: readonly Refusal[] }) {
  if (refusals.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul class="lines refusals">
        {refusals.map((one) => (
          <li key={one.fact + one.rule}>
            <Reference fact={one.fact} />
            <span class="muted small">{one.reason}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
