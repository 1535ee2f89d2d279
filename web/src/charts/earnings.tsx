//! What one contributor earned, epoch by epoch, as bars; and the same as a table.

import { useId } from "preact/hooks";
import type { EpochStatus } from "../api/types";
import { useToken } from "../app";
import * as format from "../format";
import { en } from "../text/en";
import { Amount, Table } from "../ui/basics";

const words = en.contributor;

export interface Earned {
  epoch: number;
  /** Base units. */
  amount: bigint;
  status: EpochStatus["status"] | null;
}

const WIDTH = 640;
const HEIGHT = 120;
const GROUND = 20;

/** Heights are whole thousandths of the largest amount: a drawing, so nothing is computed from them. */
export function EarningsChart({ earned }: { earned: readonly Earned[] }) {
  const token = useToken();
  const id = useId();
  const first = earned[0]?.epoch ?? 1;
  const last = earned.at(-1)?.epoch ?? first;
  const most = earned.reduce((max, one) => (one.amount > max.amount ? one : max), earned[0]!);
  if (earned.length === 0 || most.amount === 0n || !token) return null;
  const slots = Math.max(last - first + 1, 8);
  const step = WIDTH / slots;
  const width = Math.max(1, Math.min(step * 0.7, 48));
  const label = Math.ceil(slots / 12);
  const text = words.chartText(words.span(format.number(first), format.number(last)), `${format.amount(most.amount, token.decimals)} ${token.symbol}`, format.number(most.epoch));
  return (
    <figure class="chart">
      <figcaption class="chart-title">{words.chart}</figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT + GROUND}`} role="img" aria-labelledby={`${id}-title`}>
        <title id={`${id}-title`}>{`${words.chart}. ${text}`}</title>
        {earned.map((one) => {
          const height = (Number((one.amount * 1000n) / most.amount) / 1000) * HEIGHT;
          const x = (one.epoch - first) * step;
          return (
            <g key={one.epoch}>
              <rect class="bar" x={x} y={HEIGHT - Math.max(height, one.amount > 0n ? 1 : 0)} width={width} height={Math.max(height, one.amount > 0n ? 1 : 0)}>
                <title>{`${words.epoch(format.number(one.epoch))}: ${format.amount(one.amount, token.decimals)} ${token.symbol}`}</title>
              </rect>
              {(one.epoch - first) % label === 0 && (
                <text x={x + width / 2} y={HEIGHT + GROUND - 4} text-anchor="middle">{format.number(one.epoch)}</text>
              )}
            </g>
          );
        })}
        <line x1="0" x2={WIDTH} y1={HEIGHT} y2={HEIGHT} />
      </svg>
      <details class="small">
        <summary>{words.asTable}</summary>
        <Table caption={words.chart} hidden head={<tr><th scope="col">{words.columns.epoch}</th><th scope="col" class="figure">{words.columns.earned}</th><th scope="col">{words.columns.batch}</th></tr>}>
          {earned.map((one) => (
            <tr key={one.epoch}>
              <th scope="row">{format.number(one.epoch)}</th>
              <td class="figure"><Amount value={one.amount} /></td>
              <td>{one.status ? words.stages[one.status] : ""}</td>
            </tr>
          ))}
        </Table>
      </details>
    </figure>
  );
}
