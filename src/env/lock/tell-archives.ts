import { isWellKnown } from "../../host/packages/package-places.ts";
import { redactUrl } from "../../host/redact-url.ts";
import type { ResolvedFile } from "../../lock/resolved-file.ts";
import type { OperationContext } from "../operation.ts";

/** Warn of archives that other machines will not find: a lock never holds an address, and the config does not either. */
export function tellUnknownArchives({ spec, report }: OperationContext, files: readonly ResolvedFile[]): void {
  const unknown = new Map<string, string>();
  for (const { pin, address } of files) {
    if (pin === undefined || isWellKnown(pin) || pin.archive in spec.packages.mirrors) continue;
    unknown.set(pin.archive, redactUrl(address));
  }
  for (const [archive, address] of unknown) {
    const example = `packages: { mirrors: { ${JSON.stringify(archive)}: ${JSON.stringify(address)} } }`;
    const text = `other machines do not know where archive \`${archive}\` is until the config says it: \`${example}\``;
    report({ kind: "warning", text });
  }
}
