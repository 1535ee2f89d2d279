//! How far the verification is. Only the name of a step is told aloud; the bar moves too often for that.

import * as format from "../../format";
import { en } from "../../text/en";
import type { Step } from "../../verify/run";

const words = en.verify;


export function Steps({ step: { stage, done, of } }: { step: Step }) {
  const text = words.stages[stage];
  const bytes = stage === "fetch" || stage === "read";
  return (
    <div class="steps">
      <p id="step">{text}</p>
      <progress aria-labelledby="step" {...(of ? { value: Math.min(done / of, 1), max: 1 } : {})} />
      <p class="small muted" aria-hidden="true">{bytes && done > 0 ? words.bytes(format.bytes(done), of ? format.bytes(of) : null) : "\u00a0"}</p>
    </div>
  );
}
