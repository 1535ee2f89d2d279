//! What the verification came to, said first and shown after.

import type { ComponentChildren } from "preact";
import { useApp } from "../../app";
import * as format from "../../format";
import { href } from "../../router";
import { en } from "../../text/en";
import { Button, Empty, ErrorBox, Facts, Hash, Notice } from "../../ui/basics";
import { isFalse, type Before } from "../../verify/before";
import type { Step, Verdict } from "../../verify/run";
import type { Miss, ModuleInfo } from "../../verify/types";
import { Checks, Differences } from "./checks";
import { Steps } from "./steps";

const words = en.verify;

/** What is known of the epoch before. */
export type Earlier = Before | ({ kind: "looking" } & Step);

export function Shown({ verdict, earlier, epoch, again }: { verdict: Verdict; earlier: Earlier | null; epoch: number; again: () => void }) {
  const retry = <p><Button onClick={again}>{words.again}</Button></p>;
  switch (verdict.kind) {
    case "compared":
      return <Compared verdict={verdict} earlier={earlier} epoch={epoch} />;
    case "nothing":
      return (
        <Empty title={words.nothing}>
          <p>{words.nothingText}</p>
          {retry}
        </Empty>
      );
    case "withheld":
      return (
        <Problem title={words.withheld} misses={verdict.misses}>
          <p>{words.withheldText}</p>
          <p><Hash value={verdict.hash} /></p>
          <p><a href={href({ view: "challenge", epoch })}>{words.challenge}</a></p>
          {retry}
        </Problem>
      );
    case "noPolicy":
      return (
        <Problem title={words.noPolicy} tone="warn" misses={verdict.misses}>
          <p>{words.noPolicyText(format.shortHash(verdict.hash))}</p>
          {retry}
        </Problem>
      );
    case "unreadable": {
      const signed = verdict.hash !== null && verdict.hash === verdict.chainHash;
      return (
        <Problem title={words.unreadable} misses={verdict.misses}>
          <p>{signed ? words.unreadableSigned : words.unreadableOther}</p>
          {!signed && verdict.hash && verdict.chainHash && <p>{words.hashes(format.shortHash(verdict.hash), format.shortHash(verdict.chainHash))}</p>}
          <p class="mono small">{words.unreadableText(verdict.said.slice(0, 400))}</p>
          {retry}
        </Problem>
      );
    }
    case "broken":
      return (
        <Notice tone="bad" title={verdict.memory ? words.memory : words.broken}>
          <p>{words.brokenText}</p>
          <p class="mono small">{verdict.said}</p>
          {retry}
        </Notice>
      );
    case "fault":
      return <ErrorBox fault={verdict.fault} retry={again} />;
  }
}

function Problem({ title, tone = "bad", misses, children }: { title: string; tone?: "bad" | "warn"; misses: readonly Miss[]; children: ComponentChildren }) {
  return (
    <>
      <Notice tone={tone} title={title}>{children}</Notice>
      <Misses misses={misses} />
    </>
  );
}

/** Hashes within a text, shortened. */
const brief = (text: string): string => text.replace(/0x[0-9a-f]{64}/gi, format.shortHash);

function Misses({ misses }: { misses: readonly Miss[] }) {
  if (misses.length === 0) return null;
  return (
    <section aria-labelledby="misses-title">
      <h2 id="misses-title">{words.misses}</h2>
      <p class="muted">{words.missesText}</p>
      <ul class="misses">
        {misses.map(({ place, said }) => (
          <li key={place.url} title={place.url}><span class="mono">{brief(place.url)}</span>: {brief(said)}</li>
        ))}
      </ul>
    </section>
  );
}

function Compared({ verdict: { here, chain, comparison, linksRead, module }, earlier, epoch }: { verdict: Extract<Verdict, { kind: "compared" }>; earlier: Earlier | null; epoch: number }) {
  const { config } = useApp();
  const facts = words.facts(here.facts, format.number(here.facts));
  const entries = (count: number) => words.entries(count, format.number(count));
  const failed = (name: string) => comparison.checks.some((check) => check.name === name && !check.passed);
  const seconds = format.seconds(here.timings.total / 1000);
  const isMadeUp = earlier !== null && earlier.kind !== "looking" && isFalse(earlier);
  const headline = comparison.passed
    ? isMadeUp
      ? words.before.title
      : here.entries.length > 0
        ? words.good(facts, entries(comparison.equal))
        : words.goodEmpty(facts)
    : failed("evidence")
      ? words.badFileTitle
      : words.bad;
  return (
    <>
      <Notice tone={!comparison.passed || isMadeUp ? "bad" : earlier?.kind === "withheld" ? "warn" : "good"} title={headline}>
        {comparison.unpublished > 0 && <p>{words.partly(entries(comparison.unpublished))}</p>}
        {!comparison.passed && <p>{failed("evidence") ? words.badFile : comparison.differences.length > 0 || failed("entriesHash") ? words.badHere : words.badOther}</p>}
        {comparison.differences.length > 0 && <p>{words.badEntries(entries(comparison.differences.length), format.number(comparison.equal))}</p>}
        <p data-facts={here.facts} data-timings={JSON.stringify(here.timings)}>{words.took(seconds, format.bytes(here.bytes), here.place.name)}</p>
        {earlier && <EpochBefore earlier={earlier} epoch={epoch} />}
        {(!comparison.passed || isMadeUp || earlier?.kind === "withheld") && !failed("evidence") && chain.batch?.status === "window" && <p><a href={href({ view: "challenge", epoch })}>{words.challenge}</a></p>}
      </Notice>
      {!chain.batch && <Notice tone="warn"><p>{words.noBatch}</p></Notice>}
      <Differences differences={comparison.differences} unit={config.unit} />
      <Checks comparison={comparison} unit={config.unit} linksRead={linksRead} />
      <Misses misses={[...here.misses, ...(earlier?.kind === "withheld" || earlier?.kind === "noPolicy" ? earlier.misses : [])]} />
      {comparison.passed && (earlier?.kind === "first" || earlier?.kind === "follows") && (
        <section aria-labelledby="about-title">
          <h2 id="about-title">{words.about}</h2>
          <p>{words.aboutText}</p>
          <p><code>{words.command(epoch)}</code></p>
        </section>
      )}
      <ModuleFacts module={module} />
    </>
  );
}

/** Whether the evidence goes on from the one before. */
function EpochBefore({ earlier, epoch }: { earlier: Earlier; epoch: number }) {
  const { before } = words;
  switch (earlier.kind) {
    case "looking":
      return <><p>{before.looking(format.number(epoch - 1))}</p><Steps step={earlier} /></>;
    case "first":
      return <p>{before.first}</p>;
    case "follows":
      return <p>{before.follows(format.number(earlier.from))}</p>;
    case "false":
      return <><p>{before.false[earlier.why](format.number(earlier.epoch))}</p><p>{before.challenge}</p></>;
    case "unreadable":
      return <p>{before.unreadable(format.number(earlier.epoch), earlier.said.slice(0, 400))}</p>;
    case "withheld":
      return <p>{before.withheld(format.number(earlier.epoch))}</p>;
    case "noPolicy":
      return <p>{before.noPolicy(format.number(earlier.epoch), format.shortHash(earlier.hash))}</p>;
    case "broken":
    case "fault":
      return <p>{before.failed}</p>;
  }
}

function ModuleFacts({ module }: { module: ModuleInfo }) {
  return (
    <section aria-labelledby="module-title">
      <h2 id="module-title">{words.module}</h2>
      <p>{words.moduleText}</p>
      <p><code>{words.moduleCommand}</code></p>
      <Facts
        rows={[
          [words.moduleHash, <Hash value={module.sha256} whole />],
          [words.moduleBuilt, module.rustc],
          [words.moduleSize, format.bytes(module.bytes)],
        ]}
      />
    </section>
  );
}
