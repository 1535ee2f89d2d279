//! Governance at a glance: one's own votes, proposals, challenges, re-links that wait.

import { useState } from "preact/hooks";
import type { Route } from "../../router";
import { en } from "../../text/en";
import { Tabs } from "../../ui/basics";
import { Title } from "../../ui/shell";
import type { ViewProps } from "..";
import { Disputes } from "./disputes";
import { Proposals } from "./proposals";
import { Relinks } from "./relinks";
import { You } from "./you";

const words = en.govern;

const TABS = [
  ["proposals", words.tabs.proposals],
  ["disputes", words.tabs.disputes],
  ["links", words.tabs.links],
] as const;

export default function GovernView(_: ViewProps<Extract<Route, { view: "govern" }>>) {
  const [tab, setTab] = useState<(typeof TABS)[number][0]>("proposals");
  return (
    <>
      <Title name={words.title}>{words.title}</Title>
      <p class="lead">{words.lead}</p>
      <You />
      <Tabs label={words.tabs.label} tabs={TABS} value={tab} onChange={setTab}>
        {tab === "proposals" && <Proposals />}
        {tab === "disputes" && <Disputes />}
        {tab === "links" && <Relinks />}
      </Tabs>
    </>
  );
}
