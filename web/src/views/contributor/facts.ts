//! What a fact's name points at on GitHub.

import type { Config } from "../../config";
import { en } from "../../text/en";

const words = en.contributor;

/** Where on GitHub each kind of fact is. */
const PLACE: Record<string, string> = { pull: "pull", review: "pull", issue: "issues", answer: "discussions", kudos: "issues", witness: "pull" };

export interface Reference {
  /** "pull request", "review". */
  kind: string;
  /** "name#12", with the owner where it is another than the organisation. */
  name: string;
  /** Absent when the repository's name is not known. */
  url: string | null;
}

/** @param fact `pull/REPOSITORY/NUMBER` and its like. */
export function refer(fact: string, { repositories, organization }: Pick<Config, "repositories" | "organization">): Reference {
  const [kind = "", id = "", number = ""] = fact.split("/");
  const repository = repositories.find((one) => String(one.id) === id);
  const known = repository && /^[\w.-]+\/[\w.-]+$/.test(repository.name) && /^[0-9]+$/.test(number);
  return {
    kind: words.facts[kind] ?? kind,
    name: `${repository ? plain(repository.name, organization) : words.repository(id)}#${number}`,
    url: known && PLACE[kind] ? `https://github.com/${repository.name}/${PLACE[kind]}/${number}` : null,
  };
}

function plain(name: string, organization: string | null): string {
  return organization && name.startsWith(`${organization}/`) ? name.slice(organization.length + 1) : name;
}

export function spoken(names: Record<string, string>, name: string): string {
  return names[name] ?? name.replaceAll("_", " ");
}
