import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Text of a file by its path; `{ link }` makes a symbolic link, `{ text, mode }` sets the mode, null makes a folder. */
export type Tree = Readonly<
  Record<string, string | null | { readonly link: string } | { readonly text: string; readonly mode: number }>
>;

export interface TemporaryFolder extends Disposable {
  /** Absolute real path. */
  readonly path: string;
  write(tree: Tree): void;
}

/** A new folder with this content, removed with all that is in it when it goes out of scope. */
export function temporaryFolder(tree: Tree = {}): TemporaryFolder {
  const path = realpathSync(mkdtempSync(join(tmpdir(), "devenv-test-")));
  const write = (content: Tree) => writeTree(path, content);
  write(tree);
  return { path, write, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

function writeTree(root: string, tree: Tree): void {
  for (const [name, entry] of Object.entries(tree)) {
    const path = join(root, name);
    mkdirSync(entry === null ? path : dirname(path), { recursive: true });
    if (entry === null) continue;
    if (typeof entry === "string") writeFileSync(path, entry);
    else if ("link" in entry) symlinkSync(entry.link, path);
    else {
      writeFileSync(path, entry.text);
      chmodSync(path, entry.mode);
    }
  }
}
