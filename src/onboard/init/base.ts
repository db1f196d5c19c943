import { parseImageReference } from "../../spec/image-reference.ts";
import type { Candidate, Language } from "./part.ts";
import { type Suite, suites } from "./suites.ts";

/** What the image is built from. */
export interface Base {
  /** As it stands in the config. */
  readonly code: string;
  readonly isBootstrap: boolean;
  /** Whose packages the presets install. */
  readonly suite: Suite;
  /** The language that the base image brings. */
  readonly brings: Language | undefined;
}

/** One language alone has its official image; several share Debian's. */
export function imageBase(candidates: readonly Candidate[]): Base {
  const [first, ...others] = candidates;
  const suite = suiteFor(candidates);
  if (first !== undefined && others.length === 0) return namedBase(first.image, candidates);
  return { code: JSON.stringify(`debian:${suite.name}-slim`), isBootstrap: false, suite, brings: undefined };
}

/** Made from Debian's archive: a suite whose packages will do, as far as there is one. */
export function bootstrapBase(candidates: readonly Candidate[]): Base {
  const suite = suiteFor(candidates);
  return { code: `bootstrap({ suite: "${suite.name}" })`, isBootstrap: true, suite, brings: undefined };
}

/** An image that the user names. */
export function namedBase(reference: string, candidates: readonly Candidate[]): Base {
  const repository = parseImageReference(reference)?.repository.split("/").at(-1) ?? "";
  const brings = ({ node: "node", python: "python", golang: "go" } as const)[repository];
  const suite = suites.find(({ name }) => reference.includes(name)) ?? suiteFor(candidates);
  return { code: JSON.stringify(reference), isBootstrap: false, suite, brings };
}

function suiteFor(candidates: readonly Candidate[]): Suite {
  return suites.find((suite) => candidates.every(({ fits }) => fits(suite))) ?? suites[0];
}
