//! Step 2: the signed text goes into a public gist, and the gist's address comes back.

import { useState } from "preact/hooks";
import { useApp } from "../../app";
import type { Draft } from "../../link/draft";
import { gistId, gistOwner, gistText, newGistUrl } from "../../link/gist";
import { en } from "../../text/en";
import { Button, Copy, Field, Outside } from "../../ui/basics";

const words = en.link.steps;

function Text({ draft }: { draft: Draft }) {
  const { config } = useApp();
  const [copied, setCopied] = useState(false);
  const text = gistText(draft, { chainId: config.chain.id, distributor: config.contracts.distributor });
  const copy = () => void navigator.clipboard?.writeText(text).then(() => setCopied(true), () => setCopied(false));
  return (
    <>
      <p>{words.publish.text}</p>
      <div class="gist">
        <Copy value={text} label={words.publish.copy} />
        <textarea readOnly rows={9} value={text} aria-label={words.publish.field} spellcheck={false} />
      </div>
      <p class="buttons">
        <span onClick={copy}><Outside href={newGistUrl(text)} class="button primary">{words.publish.open}</Outside></span>
      </p>
      <p role="status" class="muted">{copied && words.publish.copied}</p>
      <p><strong>{words.publish.secret}</strong></p>
    </>
  );
}

export function Publish({ login, draft, isOpen, asked }: { login: string; draft: Draft | null; isOpen: boolean; asked: (gist: string, pasted: string) => void }) {
  const [pasted, setPasted] = useState(draft?.gist ?? "");
  const [wrong, setWrong] = useState<string | null>(null);
  const submit = (event: Event) => {
    event.preventDefault();
    const id = gistId(pasted);
    const owner = gistOwner(pasted);
    if (id === null) return setWrong(words.gist.invalid);
    if (owner !== null && owner.toLowerCase() !== login.toLowerCase()) return setWrong(words.gist.other(owner, login));
    setWrong(null);
    asked(id, pasted.trim());
  };
  return (
    <>
      {draft && isOpen && <Text draft={draft} />}
      <form class="gist-ask" onSubmit={submit} noValidate>
        <Field label={words.gist.label} hint={words.gist.hint} error={wrong}>
          {({ id, describedBy }) => (
            <input id={id} inputMode="url" aria-describedby={describedBy} aria-invalid={wrong !== null} value={pasted} onInput={(event) => setPasted(event.currentTarget.value)} autocomplete="off" spellcheck={false} />
          )}
        </Field>
        <Button kind={isOpen ? "primary" : "secondary"} type="submit">{words.gist.button}</Button>
      </form>
    </>
  );
}
