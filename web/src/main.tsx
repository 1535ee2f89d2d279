//! Starts the page: configuration, wallets, shell.

import { render } from "preact";
import { AppProvider } from "./app";
import { load } from "./config";
import { en } from "./text/en";
import { Broken, Shell } from "./ui/shell";
import { start } from "./wallet/session";

const root = document.getElementById("app")!;

load().then(
  (config) => {
    start();
    render(
      <AppProvider config={config}>
        <Shell />
      </AppProvider>,
      root,
    );
  },
  (error: unknown) => {
    document.title = en.shell.broken.title;
    render(<Broken message={error instanceof Error ? error.message : String(error)} />, root);
  },
);
