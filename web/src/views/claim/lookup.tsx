//! Looks an account up by login or number.

import { useState } from "preact/hooks";
import { go, WHO } from "../../router";
import { en } from "../../text/en";
import { Button, Field } from "../../ui/basics";

const words = en.claim;

export function Lookup() {
  const [wrong, setWrong] = useState(false);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const who = String(new FormData(event.target as HTMLFormElement).get("who") ?? "").trim().replace(/^@/, "");
    setWrong(!WHO.test(who));
    if (WHO.test(who)) go({ view: "contributor", who });
  };
  return (
    <form class="ask" onSubmit={submit} noValidate>
      <Field label={words.who} hint={words.whoHint} error={wrong ? words.whoWrong : null}>
        {({ id, describedBy }) => (
          <input id={id} name="who" autocomplete="off" autocapitalize="off" spellcheck={false} aria-describedby={describedBy} aria-invalid={wrong || undefined} />
        )}
      </Field>
      <Button type="submit">{words.show}</Button>
    </form>
  );
}
