import fc from "fast-check";
import type { Change, Entry } from "../../src/sync/entry.ts";
import { setAll } from "../../src/sync/tree.ts";

/** `{ a: "content", "b.sh": ["content", 0o755], sub: {}, link: "-> target", socket: "!reason" }`. */
export interface Written {
  readonly [name: string]: string | readonly [content: string, mode: number] | Written | Entry | undefined;
}

export function folder(written: Written = {}, mode = 0o755): Entry {
  const children = new Map<string, Entry>();
  for (const [name, value] of Object.entries(written)) if (value !== undefined) children.set(name, entry(value));
  return { kind: "folder", mode, children };
}

export function entry(value: NonNullable<Written[string]>): Entry {
  if (typeof value !== "string")
    return isPair(value) ? file(value[0], value[1]) : isEntry(value) ? value : folder(value);
  if (value.startsWith("-> ")) return { kind: "link", target: value.slice(3) };
  if (value.startsWith("!")) return { kind: "unreadable", reason: value.slice(1) };
  return file(value);
}

export function file(content: string, mode = 0o644): Entry {
  return { kind: "file", mode, content };
}

export function applyChanges(tree: Entry | undefined, changes: readonly Change[]): Entry | undefined {
  return setAll(
    tree,
    changes.map(({ path, after }) => [path, after]),
  );
}

export interface TreeOptions {
  readonly modes?: readonly number[];
  readonly hasUnreadable?: boolean;
}

/** Small trees of few names and contents, so that two of them often clash. */
export function arbitraryTree({ modes = [0o644], hasUnreadable = false }: TreeOptions = {}): fc.Arbitrary<Entry> {
  const mode = fc.constantFrom(...modes);
  const { tree } = fc.letrec<{ entry: Entry; tree: Entry }>((tie) => ({
    entry: fc.oneof(
      { depthSize: "small", withCrossShrink: true, maxDepth: 3 },
      {
        weight: 4,
        arbitrary: fc.record({ kind: fc.constant("file" as const), mode, content: fc.constantFrom("1", "2", "3") }),
      },
      { weight: 1, arbitrary: fc.record({ kind: fc.constant("link" as const), target: fc.constantFrom("x", "y") }) },
      {
        weight: hasUnreadable ? 1 : 0,
        arbitrary: fc.constant({ kind: "unreadable", reason: "a socket" } as const),
      },
      { weight: 3, arbitrary: tie("tree") },
    ),
    tree: fc
      .tuple(
        mode,
        fc.uniqueArray(fc.tuple(fc.constantFrom("a", "b", "c", "d"), tie("entry")), {
          selector: ([name]) => name,
          maxLength: 4,
        }),
      )
      .map(([of, children]) => ({ kind: "folder" as const, mode: of, children: new Map(children) })),
  }));
  return tree;
}

function isPair(value: NonNullable<Written[string]>): value is readonly [string, number] {
  return Array.isArray(value);
}

function isEntry(value: object): value is Entry {
  return "kind" in value;
}
