//! The smallest pieces that all views are made of.

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import type { Address as AddressText } from "viem";
import type { Fault } from "../chain/errors";
import { useApp, useToken } from "../app";
import * as format from "../format";
import { en } from "../text/en";

type ButtonProps = {
  kind?: "primary" | "secondary" | "plain" | "danger";
  busy?: boolean;
  onClick?: () => unknown;
  type?: "button" | "submit";
  disabled?: boolean;
  class?: string;
  children: ComponentChildren;
} & Pick<JSX.HTMLAttributes<HTMLButtonElement>, "id" | "aria-label" | "aria-expanded" | "aria-controls" | "aria-describedby" | "title">;

/** A busy button stays focusable, so that the keyboard keeps its place. */
export function Button({ kind = "secondary", busy = false, type = "button", disabled = false, onClick, class: more, children, ...rest }: ButtonProps) {
  return (
    <button {...rest} type={type} class={`button ${kind}${more ? ` ${more}` : ""}`} aria-disabled={busy || undefined} disabled={disabled} onClick={(event) => (busy ? event.preventDefault() : onClick?.())}>
      {children}
    </button>
  );
}

/** A link to elsewhere: new tab, no opener, no referrer. Only web addresses become links. */
export function Outside({ href, children, class: more }: { href: string; children: ComponentChildren; class?: string }) {
  if (!/^https?:\/\//.test(href)) return <span class={more}>{children}</span>;
  return (
    <a href={href} target="_blank" rel="noopener noreferrer" class={more}>
      {children}
      <span class="unseen"> {en.shell.opens}</span>
    </a>
  );
}

export function Copy({ value, label = en.shell.copy }: { value: string; label?: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 2_000);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () => navigator.clipboard?.writeText(value).then(() => setCopied(true), () => setCopied(false));
  return (
    <button type="button" class="copy" aria-label={copied ? en.shell.copied : label} title={copied ? en.shell.copied : en.shell.copy} onClick={copy}>
      <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
        {copied ? <path d="M2.5 8.5l3.5 3.5 7.5-8" /> : <path d="M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3" />}
      </svg>
    </button>
  );
}

/** With checksum, shortened unless `whole`, with a button to copy and a link where there is an explorer. */
export function Address({ value, whole = false }: { value: AddressText; whole?: boolean }) {
  const { config } = useApp();
  const full = format.address(value);
  const shown = <code class={whole ? "hash whole" : "hash"} title={full}>{whole ? full : format.short(value)}</code>;
  return (
    <span class="address">
      {config.chain.explorer ? <Outside href={`${config.chain.explorer}address/${full}`}>{shown}</Outside> : shown}
      <Copy value={full} label={en.shell.copyAddress(full)} />
    </span>
  );
}

export function Hash({ value, whole = false }: { value: string; whole?: boolean }) {
  return (
    <span class="address">
      <code class={whole ? "hash whole" : "hash"} title={value}>{whole ? value : format.shortHash(value)}</code>
      <Copy value={value} />
    </span>
  );
}

export function TxLink({ hash, children }: { hash: string; children?: ComponentChildren }) {
  const { config } = useApp();
  if (!config.chain.explorer) return <Hash value={hash} />;
  return (
    <span class="address">
      <Outside href={`${config.chain.explorer}tx/${hash}`}>{children ?? <code class="hash">{format.shortHash(hash)}</code>}</Outside>
      <Copy value={hash} />
    </span>
  );
}

/** An amount of base units with the token's symbol; the title has every digit. */
export function Amount({ value, fraction = 2, symbol = true }: { value: bigint; fraction?: number; symbol?: boolean }) {
  const token = useToken();
  if (!token) return <span class="amount waiting">…</span>;
  return (
    <span class="amount" title={`${format.decimal(value, token.decimals)} ${token.symbol}`}>
      {format.amount(value, token.decimals, fraction)}
      {symbol && <span class="symbol"> {token.symbol}</span>}
    </span>
  );
}

export function Time({ seconds, day = false }: { seconds: number; day?: boolean }) {
  return <time dateTime={new Date(seconds * 1000).toISOString()}>{day ? format.date(seconds) : format.time(seconds)}</time>;
}

export type Tone = "info" | "good" | "warn" | "bad";

/** `live` tells screen readers when it appears. */
export function Notice({ tone = "info", title, live = false, children }: { tone?: Tone; title?: ComponentChildren; live?: boolean; children?: ComponentChildren }) {
  return (
    <div class={`notice ${tone}`} role={live ? (tone === "bad" ? "alert" : "status") : undefined}>
      {title && <p class="notice-title">{title}</p>}
      {children}
    </div>
  );
}

export function Loading({ text = en.shell.loading, lines = 3 }: { text?: string; lines?: number }) {
  return (
    <div class="loading" role="status">
      <span class="unseen">{text}</span>
      {Array.from({ length: lines }, (_, index) => (
        <span class={`line l${index % 3}`} key={index} aria-hidden="true" />
      ))}
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children}
    </div>
  );
}

/** What went wrong, what to do, and the details for who wants them. To decline is no fault. */
export function ErrorBox({ fault, retry }: { fault: Fault; retry?: () => void }) {
  return (
    <Notice tone={fault.kind === "rejected" ? "info" : "bad"} title={fault.text} live>
      <p>{fault.hint}</p>
      {fault.detail && (
        <details class="fault-detail">
          <summary>{en.shell.details}</summary>
          <p class="mono">{fault.detail}</p>
        </details>
      )}
      {retry && <p><Button onClick={retry}>{en.shell.retry}</Button></p>}
    </Notice>
  );
}

/** Pairs of a word and what it stands for. */
export function Facts({ rows }: { rows: ([string, ComponentChildren] | null | false)[] }) {
  return (
    <dl class="facts">
      {rows.filter((row): row is [string, ComponentChildren] => Boolean(row)).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A table that scrolls by itself on a narrow screen. */
export function Table({ caption, head, children, hidden = false }: { caption: string; head: ComponentChildren; children: ComponentChildren; hidden?: boolean }) {
  const id = useId();
  return (
    <div class="table" role="region" aria-labelledby={id} tabIndex={0}>
      <table>
        <caption id={id} class={hidden ? "unseen" : undefined}>{caption}</caption>
        <thead>{head}</thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

/** Tabs by the keyboard's arrows, as the ARIA practices describe. */
export function Tabs<K extends string>({ label, tabs, value, onChange, children }: { label: string; tabs: readonly (readonly [K, string])[]; value: K; onChange: (key: K) => void; children: ComponentChildren }) {
  const id = useId();
  const move = (event: KeyboardEvent) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    const index = (tabs.findIndex(([key]) => key === value) + step + tabs.length) % tabs.length;
    const [key] = tabs[index]!;
    onChange(key);
    document.getElementById(`${id}-${key}`)?.focus();
    event.preventDefault();
  };
  return (
    <>
      <div class="tabs" role="tablist" aria-label={label} onKeyDown={move}>
        {tabs.map(([key, text]) => (
          <button key={key} id={`${id}-${key}`} type="button" role="tab" aria-selected={key === value} aria-controls={`${id}-panel`} tabIndex={key === value ? 0 : -1} onClick={() => onChange(key)}>
            {text}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${value}`}>
        {children}
      </div>
    </>
  );
}

/** A native dialog; Escape and the backdrop close it. */
export function Dialog({ open, title, onClose, children }: { open: boolean; title: string; onClose: () => void; children: ComponentChildren }) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current;
    if (open && !dialog?.open) dialog?.showModal();
    if (!open && dialog?.open) dialog.close();
  }, [open]);
  return (
    <dialog ref={ref} aria-labelledby={id} onClose={onClose} onClick={(event) => event.target === ref.current && onClose()}>
      {open && (
        <div class="dialog-body">
          <div class="dialog-head">
            <h2 id={id}>{title}</h2>
            <Button kind="plain" onClick={onClose} aria-label={en.shell.close}>
              <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true"><path d="M3 3l10 10M13 3L3 13" /></svg>
            </Button>
          </div>
          {children}
        </div>
      )}
    </dialog>
  );
}

/** A labelled field. */
export function Field({ label, hint, error, children }: { label: string; hint?: string; error?: string | null; children: (ids: { id: string; describedBy: string | undefined }) => ComponentChildren }) {
  const id = useId();
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      {children({ id, describedBy: described })}
      {hint && <p class="hint" id={`${id}-hint`}>{hint}</p>}
      {error && <p class="field-error" id={`${id}-error`} role="alert">{error}</p>}
    </div>
  );
}
