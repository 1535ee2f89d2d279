//! Re-links that wait, of everybody, and the challenge of one.

import { useApp, useLoad } from "../../app";
import * as format from "../../format";
import { challengeLink } from "../../govern/calls";
import { readBonds, readWaitingLinks } from "../../govern/disputes";
import { exact } from "../../govern/figures";
import { href } from "../../router";
import { en } from "../../text/en";
import { Address, Empty, ErrorBox, Facts, Loading } from "../../ui/basics";
import { Act } from "./act";

const words = en.govern.links;

export function Relinks() {
  const { chain, config } = useApp();
  const loaded = useLoad(async () => {
    const [links, bonds] = await Promise.all([readWaitingLinks(chain, config), readBonds(chain, config)]);
    return { links, bonds };
  }, [chain]);
  const value = loaded.value;
  if (!value) return loaded.state === "error" ? <ErrorBox fault={loaded.fault} retry={loaded.reload} /> : <Loading />;
  const { currency } = config.chain;
  return (
    <>
      <h2 class="unseen">{words.title}</h2>
      <p>{words.text}</p>
      {value.links.length === 0 && <Empty title={words.empty} />}
      <ul class="proposals">
        {value.links.map((link) => (
          <li class="proposal" key={String(link.id)}>
            <h3><a href={href({ view: "link", login: String(link.id) })}>{words.account} {String(link.id)}</a></h3>
            <Facts
              rows={[
                [words.to, <Address value={link.wallet} />],
                [words.status, link.isOver ? en.link.pending.over : en.link.pending.status[link.status]],
                !link.isOver && [words.ready, link.isReady ? en.link.pending.ready : format.time(Number(link.readyTime))],
                link.status === "pending" && !link.isOver && [en.govern.disputes.bond, `${exact(value.bonds.entry, currency.decimals)} ${currency.symbol}`],
              ]}
            />
            {link.status === "pending" && !link.isOver && (
              <Act call={challengeLink(config, link.id, value.bonds.entry)} text={words.challenge(String(link.id))} done={words.challenged} kind="danger" changed={loaded.reload} />
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
