//! Links a GitHub account to a wallet: who, how it stands, and the steps from a signature to the chain.

import { useState } from "preact/hooks";
import { useApp, useLoad } from "../../app";
import { Refused, type Account } from "../../api/client";
import { readStanding, readRules } from "../../link/standing";
import { go, WHO, type Route } from "../../router";
import { en } from "../../text/en";
import { Button, ErrorBox, Field, Loading, Notice } from "../../ui/basics";
import { Title } from "../../ui/shell";
import type { ViewProps } from "..";
import { Now } from "./now";
import { Pending } from "./pending";
import { Steps } from "./steps";

const words = en.link;

function Who({ given = "" }: { given?: string }) {
  const [login, setLogin] = useState(given);
  const [wrong, setWrong] = useState<string | null>(null);
  const submit = (event: Event) => {
    event.preventDefault();
    const name = login.trim().replace(/^@/, "");
    if (!WHO.test(name)) return setWrong(words.who.invalid);
    go({ view: "link", login: name });
  };
  return (
    <form class="ask" onSubmit={submit} noValidate>
      <Field label={words.who.label} hint={words.who.hint} error={wrong}>
        {({ id, describedBy }) => (
          <input id={id} aria-describedby={describedBy} aria-invalid={wrong !== null} value={login} onInput={(event) => setLogin(event.currentTarget.value)} autocomplete="username" autocapitalize="none" spellcheck={false} />
        )}
      </Field>
      <Button kind="primary" type="submit">{words.who.button}</Button>
    </form>
  );
}

function Standing({ account }: { account: Account }) {
  const { chain, config } = useApp();
  const loaded = useLoad(async () => {
    const [standing, rules] = await Promise.all([readStanding(chain, config.contracts, account.id), readRules(chain, config.contracts)]);
    return { standing, rules };
  }, [chain, account.id]);
  const { login, id } = account;
  /** What was done about a re-link: told here, for that part of the page goes with it. */
  const [done, setDone] = useState("");
  const settled = (text: string) => {
    setDone(text);
    loaded.reload();
  };
  return (
    <>
      <p class="lead">
        {login === null ? words.who.number(String(id)) : words.who.account(login, String(id))} <a href="#/link">{words.who.change}</a>
      </p>
      {loaded.state === "error" && <ErrorBox fault={loaded.fault} retry={loaded.reload} />}
      {!loaded.value && loaded.state === "loading" && <Loading />}
      {loaded.value && (
        <>
          {done && <Notice tone="good" title={done} live />}
          <Now {...loaded.value} />
          {loaded.value.standing.pending && <Pending standing={loaded.value.standing} pending={loaded.value.standing.pending} rules={loaded.value.rules} changed={settled} />}
          {loaded.value.rules.byQuorum ? (
            login === null ? <Notice tone="warn" title={words.who.needLogin} /> : <Steps key={String(id)} login={login} {...loaded.value} changed={loaded.reload} />
          ) : (
            <Notice tone="warn" title={words.now.otherVerifier} />
          )}
        </>
      )}
    </>
  );
}

function Known({ login }: { login: string }) {
  const { api } = useApp();
  const loaded = useLoad(async (): Promise<Account | null> => {
    try {
      return await api.account(login);
    } catch (error) {
      if (error instanceof Refused && error.status === 404) return null;
      throw error;
    }
  }, [api, login]);
  if (loaded.state === "error") return <ErrorBox fault={loaded.fault} retry={loaded.reload} />;
  if (loaded.state === "loading") return <Loading />;
  if (loaded.value) return <Standing account={loaded.value} />;
  return (
    <>
      <Notice tone="warn" title={words.who.unknown(login)} live />
      <Who given={login} />
    </>
  );
}

export default function LinkView({ route }: ViewProps<Extract<Route, { view: "link" }>>) {
  return (
    <>
      <Title name={words.title}>{words.title}</Title>
      {route.login === undefined && <p class="lead">{words.lead}</p>}
      {route.login === undefined ? <Who /> : <Known login={route.login} />}
    </>
  );
}
