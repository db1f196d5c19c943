/** What a resolver's script found out, as it wrote it: sections of lines, each under `== NAME`. */

/** Lines of a section; none for one that was not written. */
export type ReportSections = (name: string) => readonly string[];

export type ResolverFailure = "update" | "unknown" | "unsolvable";

export interface FailureReport {
  readonly failure: ResolverFailure | undefined;
  /** The package manager's own words for the failure. */
  readonly output: readonly string[];
  /** Requested packages that no archive has. */
  readonly unknown: readonly string[];
}

export function parseSections(text: string): ReportSections {
  const sections = new Map<string, string[]>();
  let lines: string[] = [];
  for (const line of text.split("\n")) {
    if (line.startsWith("== ")) {
      lines = [];
      sections.set(line.slice("== ".length), lines);
    } else if (line.trim() !== "") lines.push(line);
  }
  return (name) => sections.get(name) ?? [];
}

export function failureOf(section: ReportSections): FailureReport {
  const [failure] = section("failure");
  return {
    failure: failure === undefined ? undefined : (failure as ResolverFailure),
    output: section("output"),
    unknown: section("unknown"),
  };
}
