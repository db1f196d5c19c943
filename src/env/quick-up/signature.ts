/** What tells by `stat` alone whether a path still holds what it held. */
import { type BigIntStats, lstatSync, statSync } from "node:fs";

export interface Signature {
  /** Changes with every change of the content, of the mode and of what stands there; `absent` when nothing does. */
  readonly text: string;
  /** When it and what it leads to last changed, in nanoseconds since the epoch; no program can set these times back. */
  readonly changedNs: readonly bigint[];
}

/** Of a file, of a folder with the names in it, or of a link with what it leads to. Throws when it cannot be told. */
export function signPath(path: string): Signature {
  const stats = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  if (stats === undefined) return { text: "absent", changedNs: [] };
  if (!stats.isSymbolicLink()) return sign(stats);
  const link = sign(stats);
  const target = statSync(path, { bigint: true, throwIfNoEntry: false });
  if (target === undefined) return { ...link, text: `${link.text}>absent` };
  const { text, changedNs } = sign(target);
  return { text: `${link.text}>${text}`, changedNs: [...link.changedNs, ...changedNs] };
}

/** Of a folder itself, whatever is in it: one that was made anew has another. */
export function signFolder(path: string): string {
  const { dev, ino, birthtimeNs } = statSync(path, { bigint: true });
  return [dev, ino, birthtimeNs].join(":");
}

function sign({ dev, ino, mode, uid, gid, size, mtimeNs, ctimeNs }: BigIntStats): Signature {
  return { text: [dev, ino, mode, uid, gid, size, mtimeNs, ctimeNs].join(":"), changedNs: [ctimeNs] };
}
