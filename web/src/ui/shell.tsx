//! The page around the views: head, navigation, footer, and the focus when the view changes.

import { Component, type ComponentChildren, type ComponentType } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { useApp } from "../app";
import { fault, type Fault } from "../chain/errors";
import { href, listen, type Route, type View } from "../router";
import { en } from "../text/en";
import { views, type ViewProps } from "../views";
import { Address, ErrorBox, Loading, Notice } from "./basics";
import { WalletMenu } from "./wallet";

const words = en.shell;

const NAV: { route: Route; text: string; views: View[] }[] = [
  { route: { view: "claim" }, text: words.nav.claim, views: ["claim", "contributor"] },
  { route: { view: "link" }, text: words.nav.link, views: ["link"] },
  { route: { view: "epochs" }, text: words.nav.epochs, views: ["epochs", "epoch", "verify"] },
  { route: { view: "govern" }, text: words.nav.govern, views: ["govern", "proposal", "challenge"] },
];

/** A view's heading: takes the focus after a change of view, and names the document. */
export function Title({ children, name }: { children: ComponentChildren; name: string }) {
  const { config } = useApp();
  const ref = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = words.title(name, config.organization);
  }, [name, config]);
  useEffect(() => {
    if (moved) ref.current?.focus({ preventScroll: true });
  }, []);
  return <h1 ref={ref} tabIndex={-1}>{children}</h1>;
}

/** Whether the visitor has changed the view: the first one leaves the focus where the browser put it. */
let moved = false;

class Boundary extends Component<{ name: string; children: ComponentChildren }, { fault: Fault | null }> {
  override state = { fault: null };

  static override getDerivedStateFromError(error: unknown) {
    return { fault: fault(error) };
  }

  override render() {
    const { fault } = this.state as { fault: Fault | null };
    if (!fault) return this.props.children;
    return <ErrorBox fault={{ ...fault, text: words.crashed.title, hint: words.crashed.hint }} retry={() => location.reload()} />;
  }
}

function Missing() {
  return (
    <>
      <Title name={words.missing.title}>{words.missing.title}</Title>
      <p>{words.missing.text}</p>
      <p><a href={href({ view: "claim" })}>{words.missing.home}</a></p>
    </>
  );
}

/** Loads the view's code when it is first shown. */
function Outlet({ route }: { route: Route }) {
  const [shown, setShown] = useState<{ route: Route; view: ComponentType<ViewProps> } | null>(null);
  const [wrong, setWrong] = useState<Fault | null>(null);
  useEffect(() => {
    let stale = false;
    setWrong(null);
    const load = route.view === "missing" ? Promise.resolve({ default: Missing as ComponentType<ViewProps> }) : views[route.view]();
    load.then(
      ({ default: view }) => {
        if (stale) return;
        moved ||= shown !== null;
        if (shown) scrollTo(0, 0);
        setShown({ route, view });
      },
      (error: unknown) => stale || setWrong(fault(error)),
    );
    return () => {
      stale = true;
    };
  }, [route]);
  if (wrong) return <ErrorBox fault={wrong} retry={() => location.reload()} />;
  if (!shown) return <Loading />;
  const { view: View, route: current } = shown;
  return (
    <Boundary key={href(current)} name={current.view}>
      <View route={current} />
    </Boundary>
  );
}

export function Shell() {
  const { config } = useApp();
  const [route, setRoute] = useState<Route>({ view: "claim" });
  useEffect(() => listen(setRoute), []);
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => { event.preventDefault(); document.getElementById("main")?.focus(); }}>{words.skip}</a>
      <header class="head">
        <a class="brand" href={href({ view: "claim" })}>
          <span class="mark" aria-hidden="true" />
          <span>{words.name}</span>
          {config.organization && <span class="organization">{config.organization}</span>}
        </a>
        <nav aria-label={words.sections}>
          <ul>
            {NAV.map(({ route: target, text, views }) => (
              <li key={text}>
                <a href={href(target)} aria-current={views.includes(route.view) ? (target.view === route.view ? "page" : "true") : undefined}>{text}</a>
              </li>
            ))}
          </ul>
        </nav>
        <WalletMenu />
      </header>
      <main id="main" tabIndex={-1}>
        <Outlet route={route} />
      </main>
      <footer class="foot">
        <p>{words.footer.about}</p>
        <p>{words.footer.distributor} <Address value={config.contracts.distributor} /> {words.footer.chain(config.chain.name)}</p>
      </footer>
    </>
  );
}

/** When there is no configuration, there is nothing to show but this. */
export function Broken({ message }: { message: string }) {
  return (
    <main id="main">
      <h1>{words.broken.title}</h1>
      <Notice tone="bad" title={message} live>
        <p>{words.broken.hint}</p>
      </Notice>
    </main>
  );
}
