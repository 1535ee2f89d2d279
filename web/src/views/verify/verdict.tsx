//! What the verification came to, said first and shown after.

import type { ComponentChildren } from "preact";
import { useApp } from "../../app";
import * as format from "../../format";
import { href } from "../../router";
import { en } from "../../text/en";
import { Button, Empty, ErrorBox, Facts, Hash, Notice } from "../../ui/basics";
import type { Verdict } from "../../verify/run";
import type { Miss, ModuleInfo } from "../../verify/types";
import { Checks, Differences } from "./checks";

const words = en.verify;

export function Shown({ verdict, epoch, again }: { verdict: Verdict; epoch: number; again: () => void }) {
  const retry = <p><Button onClick={again}>{words.again}</Button></p>;
  switch (verdict.kind) {
    case "compared":
      return <Compared verdict={verdict} epoch={epoch} />;
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

function Compared({ verdict: { here, chain, comparison, linksRead, module }, epoch }: { verdict: Extract<Verdict, { kind: "compared" }>; epoch: number }) {
  const { config } = useApp();
  const facts = words.facts(here.facts, format.number(here.facts));
  const entries = (count: number) => words.entries(count, format.number(count));
  const failed = (name: string) => comparison.checks.some((check) => check.name === name && !check.passed);
  const seconds = format.seconds(here.timings.total / 1000);
  const headline = comparison.passed
    ? here.entries.length > 0
      ? words.good(facts, entries(comparison.equal))
      : words.goodEmpty(facts)
    : failed("evidence")
      ? words.badFileTitle
      : words.bad;
  return (
    <>
      <Notice tone={comparison.passed ? "good" : "bad"} title={headline}>
        {comparison.unpublished > 0 && <p>{words.partly(entries(comparison.unpublished))}</p>}
        {!comparison.passed && <p>{failed("evidence") ? words.badFile : comparison.differences.length > 0 || failed("entriesHash") ? words.badHere : words.badOther}</p>}
        {comparison.differences.length > 0 && <p>{words.badEntries(entries(comparison.differences.length), format.number(comparison.equal))}</p>}
        <p data-facts={here.facts} data-timings={JSON.stringify(here.timings)}>{words.took(seconds, format.bytes(here.bytes), here.place.name)}</p>
        {!comparison.passed && !failed("evidence") && chain.batch?.status === "window" && <p><a href={href({ view: "challenge", epoch })}>{words.challenge}</a></p>}
      </Notice>
      {!chain.batch && <Notice tone="warn"><p>{words.noBatch}</p></Notice>}
      <Differences differences={comparison.differences} unit={config.unit} />
      <Checks comparison={comparison} unit={config.unit} linksRead={linksRead} />
      <Misses misses={here.misses} />
      {comparison.passed && (
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
