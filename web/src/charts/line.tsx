//! One figure over epochs, as a line. The same figures stand in a table beside it, which is the caller's.

import { useId } from "preact/hooks";
import * as format from "../format";
import { en } from "../text/en";

const words = en.epochs;

export interface Point {
  epoch: number;
  /** Null where nobody earned anything: the line has a gap there. */
  value: number | null;
}

const WIDTH = 400;
const HEIGHT = 90;
const ABOVE = 24;
const GROUND = 20;

/** Consecutive points that can be joined. */
function strokes(points: readonly Point[]): Point[][] {
  const out: Point[][] = [[]];
  for (const point of points) {
    if (point.value === null || (out.at(-1)!.length > 0 && out.at(-1)!.at(-1)!.epoch !== point.epoch - 1)) out.push([]);
    if (point.value !== null) out.at(-1)!.push(point);
  }
  return out.filter((stroke) => stroke.length > 0);
}

/** @param top Where the scale ends at least. */
export function LineChart({ title, text, points, top, write }: { title: string; text: string; points: readonly Point[]; top: number; write: (value: number) => string }) {
  const id = useId();
  const known = points.filter((point): point is { epoch: number; value: number } => point.value !== null);
  const [first, last] = [known[0], known.at(-1)];
  if (!first || !last) return null;
  const values = known.map((point) => point.value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const most = Math.max(top, high);
  const span = Math.max(last.epoch - first.epoch, 1);
  const x = (epoch: number) => (known.length === 1 ? WIDTH / 2 : 6 + ((epoch - first.epoch) / span) * (WIDTH - 12));
  const y = (value: number) => ABOVE + HEIGHT - (value / most) * HEIGHT;
  const told = words.chart(title, format.number(first.epoch), format.number(last.epoch), write(first.value), write(last.value), write(low), write(high));
  const dots = known.length <= 30;
  return (
    <figure class="chart line-chart">
      <figcaption>
        <span class="chart-title">{title}</span>
        <span class="chart-now">{write(last.value)}</span>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${ABOVE + HEIGHT + GROUND}`} role="img" aria-labelledby={`${id}-title`}>
        <title id={`${id}-title`}>{told}</title>
        <line class="rule" x1="0" x2={WIDTH} y1={y(most)} y2={y(most)} />
        <line class="ground" x1="0" x2={WIDTH} y1={y(0)} y2={y(0)} />
        <text class="scale" x="0" y={y(most) - 8}>{write(most)}</text>
        {strokes(known).map((stroke) => (
          <polyline key={stroke[0]!.epoch} points={stroke.map((point) => `${x(point.epoch).toFixed(1)},${y(point.value!).toFixed(1)}`).join(" ")} />
        ))}
        {known.map((point) => (
          <circle key={point.epoch} cx={x(point.epoch)} cy={y(point.value)} r={dots || point === last ? 3 : 1.5}>
            <title>{`${en.epoch.title(format.number(point.epoch))}: ${write(point.value)}`}</title>
          </circle>
        ))}
        <text x={x(first.epoch)} y={ABOVE + HEIGHT + GROUND - 4} text-anchor={known.length === 1 ? "middle" : "start"}>{format.number(first.epoch)}</text>
        {known.length > 1 && <text x={x(last.epoch)} y={ABOVE + HEIGHT + GROUND - 4} text-anchor="end">{format.number(last.epoch)}</text>}
      </svg>
      <p class="small muted">{text}</p>
    </figure>
  );
}
