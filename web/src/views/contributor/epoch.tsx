//! One epoch of one contributor: from the line items to the entry, to the unit.

import type { ComponentChildren } from "preact";
import type { EpochStatus, Explanation } from "../../api/types";
import { useApp } from "../../app";
import * as format from "../../format";
import { href } from "../../router";
import { en } from "../../text/en";
import { Amount } from "../../ui/basics";
import { Item, Refusals } from "./items";

const words = en.contributor;

export function EpochReasons({ explanation, status, open }: { explanation: Explanation; status: EpochStatus | null; open: boolean }) {
  const { config } = useApp();
  const { epoch, items, result } = explanation;
  const starts = config.epochStart + (epoch - 1) * config.epochLength;
  const sorted = [...items].sort((a, b) => (a.amount === b.amount ? a.at - b.at : a.amount > b.amount ? -1 : 1));
  return (
    <details class="reasons" open={open}>
      <summary>
        <span class="line-head">
          <span>
            <strong class="epoch-name">{words.epoch(format.number(epoch))}</strong> <span class="muted small">{format.period(starts, starts + config.epochLength - 1)}</span>
          </span>
          <Amount value={(result?.earned ?? 0n) * config.unit} />
        </span>
        <span class="muted small">
          {words.items(items.length, format.number(items.length))}
          {status && ` · ${words.stageOf(words.stages[status.status])}`}
        </span>
      </summary>
      <div class="epoch-body">
        {sorted.length > 0 && (
          <ul class="lines items">
            {sorted.map((item) => (
              <Item key={`${item.fact} ${item.slice}`} item={item} unit={config.unit} />
            ))}
          </ul>
        )}
        {result && <Sum explanation={explanation} />}
        <Refusals title={words.refused} refusals={explanation.refusals} />
        <Refusals title={words.notMerged} refusals={explanation.not_merged} />
        <p class="small">
          <a href={href({ view: "epoch", epoch })}>{words.wholeEpoch}</a> · <a href={href({ view: "verify", epoch })}>{words.verify}</a>
        </p>
      </div>
    </details>
  );
}

/** How what was earned becomes the entry. */
function Sum({ explanation: { result } }: { explanation: Explanation }) {
  const { config } = useApp();
  if (!result) return null;
  const amount = (units: bigint, sign = "") => <>{sign}<Amount value={units * config.unit} fraction={6} /></>;
  const rows: [string, ComponentChildren][] = [[words.sum.earned, amount(result.earned)]];
  if (result.repaid > 0n) rows.push([words.sum.repaid, amount(result.repaid, "−")]);
  if (result.linked) {
    for (const [of, units] of result.granted_accruals) rows.push([words.sum.granted(format.number(of)), amount(units, "+")]);
    rows.push([words.sum.entry, amount(result.entry)]);
  } else rows.push([words.sum.accrues, amount(result.earned - result.repaid)]);
  if (result.returned > 0n) rows.push([words.sum.returned, amount(result.returned, "+")]);
  if (result.lapsed > 0n) rows.push([words.sum.lapsed, amount(result.lapsed)]);
  if (result.debt > 0n) rows.push([words.sum.debt, amount(result.debt)]);
  return (
    <table class="sum">
      <caption class="unseen">{words.sum.entry}</caption>
      <tbody>
        {rows.map(([name, value], index) => (
          <tr key={name} class={index > 0 && (name === words.sum.entry || name === words.sum.accrues) ? "result" : undefined}>
            <th scope="row">{name}</th>
            <td class="figure">{value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
