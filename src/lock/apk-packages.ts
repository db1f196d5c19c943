/** The pins of what apk would install. */
import type { ApkFile, ApkReport } from "./apk-report.ts";
import type { ResolvedFile } from "./resolved-file.ts";

/** Each file with its place in its archive, in apk's order. */
export function resolveApkFiles({ files }: ApkReport): readonly ResolvedFile[] {
  return files.map((file) => {
    const { name, version, architecture, repository, sha256, size } = file;
    const known = { name, version, architecture };
    const refuse = (trouble: string) => ({ ...known, pin: undefined, trouble, address: "" });
    if (repository === undefined) return refuse(`no repository of the image has \`${name}\` ${version}`);
    if (!/^https?:\/\//.test(repository)) return refuse(`\`${repository}\` can be had inside the image only`);
    if (sha256 === undefined) return refuse(`apk kept no file of \`${name}\``);
    const { address, archive, folder, suite, component } = repositoryPlace(repository);
    const place = {
      archive,
      ...(suite === undefined ? {} : { suite }),
      ...(component === undefined ? {} : { component }),
      path: [...folder, architecture, apkFileName(file)].join("/"),
    };
    return { ...known, pin: { version, architecture, ...place, sha256, size }, trouble: undefined, address };
  });
}

interface RepositoryPlace {
  readonly archive: string;
  /** Address of the archive, on whichever mirror. */
  readonly address: string;
  /** From there to the repository. */
  readonly folder: readonly string[];
  readonly suite?: string;
  readonly component?: string;
}

/** Alpine's own repositories end alike on every mirror; others say nothing of themselves but the words of their path. */
export function repositoryPlace(repository: string): RepositoryPlace {
  const plain = repository.replace(/\/+$/, "");
  const [, base, suite, component] =
    /^(.+)\/(v\d+\.\d+|edge|latest-stable)\/(main|community|testing|releases)$/.exec(plain) ?? [];
  if (base !== undefined && suite !== undefined && component !== undefined) {
    return { archive: "alpine", address: base, folder: [suite, component], suite, component };
  }
  const word = new URL(plain).pathname
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-|-$/g, "");
  return { archive: word === "" ? "local" : word, address: plain, folder: [] };
}

/** As repositories call it. */
function apkFileName({ name, version }: Pick<ApkFile, "name" | "version">): string {
  return `${name}-${version}.apk`;
}
