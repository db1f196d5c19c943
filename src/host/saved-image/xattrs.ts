/** Extended attributes, exact to the byte. */
import type { PaxRecords } from "./tar-format.ts";

/** As `getfattr` writes them: text as it is, all else in hexadecimal after `0x`. */
export type Xattrs = Readonly<Record<string, string>>;

const paxPrefix = "SCHILY.xattr.";
const hexPrefix = "0x";

/** Undefined where there are none. */
export function xattrsOf(pax: PaxRecords): Xattrs | undefined {
  const found = [...pax].filter(([key]) => key.startsWith(paxPrefix));
  if (found.length === 0) return undefined;
  return Object.fromEntries(found.map(([key, value]) => [key.slice(paxPrefix.length), print(value)]));
}

export function xattrRecords(xattrs: Xattrs): readonly (readonly [string, Buffer])[] {
  return Object.entries(xattrs).map(([name, value]) => [`${paxPrefix}${name}`, parse(value)]);
}

function print(value: Buffer): string {
  const text = value.toString();
  const isText = !text.startsWith(hexPrefix) && !/\p{Cc}/u.test(text) && Buffer.from(text).equals(value);
  return isText ? text : `${hexPrefix}${value.toString("hex")}`;
}

function parse(value: string): Buffer {
  return value.startsWith(hexPrefix) ? Buffer.from(value.slice(hexPrefix.length), "hex") : Buffer.from(value);
}
