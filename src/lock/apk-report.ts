/** What apk said to the resolver's script. */
import { type FailureReport, failureOf, parseSections } from "./report-sections.ts";

export interface ApkReport extends FailureReport {
  readonly files: readonly ApkFile[];
}

/** A package that apk installs: a line of six words, `-` for what is not known. */
export interface ApkFile {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
  /** Address of its repository, without the architecture; undefined where it is a preferred file. */
  readonly repository: string | undefined;
  /** Undefined where it is a preferred file, whose bytes are known. */
  readonly sha256: string | undefined;
  /** Bytes. */
  readonly size: number;
}

export function parseApkReport(text: string): ApkReport {
  const section = parseSections(text);
  return {
    ...failureOf(section),
    files: section("files")
      .map(parseFile)
      .filter((one) => one !== undefined),
  };
}

function parseFile(line: string): ApkFile | undefined {
  const [name, version, architecture, sha256, size, repository] = line.split(" ").map(known);
  if (name === undefined || version === undefined || architecture === undefined) return undefined;
  return { name, version, architecture, repository, sha256, size: Number(size ?? 0) };
}

function known(word: string): string | undefined {
  return word === "-" ? undefined : word;
}
