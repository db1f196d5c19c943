/** Trees of many files are brought over whole, and stay in step. */
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { expectSameFolders } from "../support/listing.ts";
import { openSyncProject } from "../support/sync-project.ts";

const config = `image: { from: "devenv-test/base:bookworm" }, workspace: { mode: "sync" },`;
const perFolder = 100;

it.each([20_000, 100_000])(
  "brings a tree of %d files over, and then what changes on both sides",
  async (count) => {
    await using project = openSyncProject(`synctree${count}`, config);
    makeFiles(project.path, count);
    const up = await project.devenv(["up"]);
    expect(up.exitCode, up.stderr).toBe(0);
    const lines = await expectSameFolders(project);
    expect(lines.filter((line) => line.startsWith("f ")).length).toBeGreaterThanOrEqual(count);

    changeOnHost(project.path);
    await project.inside(changeInside);
    const changed = await expectSameFolders(project);
    for (const path of ["top-0/sub-2/file-4.txt", "renamed/file-1.txt", "renamed-inside/file-1.txt", "new-inside/99"])
      expect(changed.some((line) => line.includes(` ./${path} `))).toBe(true);
    for (const path of ["top-1/sub-0/", "top-1/sub-2/"])
      expect(changed.some((line) => line.includes(path))).toBe(false);
  },
  900_000,
);

/** Two levels of folders. */
function makeFiles(root: string, count: number): void {
  for (let number = 0; number < count; number += perFolder) {
    const index = number / perFolder;
    const folder = join(root, `top-${Math.floor(index / 20)}`, `sub-${index % 20}`);
    mkdirSync(folder, { recursive: true });
    symlinkSync("file-0.txt", join(folder, "link"));
    for (let file = 0; file < perFolder; file += 1) {
      const text = `file ${number + file} `.repeat(1 + (file % 40));
      writeFileSync(join(folder, `file-${file}.txt`), text, { mode: file % 10 === 0 ? 0o755 : 0o644 });
    }
  }
}

function changeOnHost(root: string): void {
  const top = (name: string) => join(root, "top-0", name);
  for (let file = 0; file < perFolder; file += 1) writeFileSync(join(top("sub-2"), `file-${file}.txt`), `host ${file}`);
  rmSync(join(root, "top-1/sub-0"), { recursive: true });
  renameSync(join(root, "top-1/sub-1"), join(root, "renamed"));
  for (let file = 0; file < 1_000; file += 1) writeFileSync(join(root, `new-${file}`), `new ${file}`);
}

const changeInside = `cd top-1; rm -r sub-2; mv sub-3 ../renamed-inside; cd ..
  for file in top-0/sub-3/*.txt; do echo inside >> $file; done; chmod 700 top-0/sub-4/*.txt
  mkdir new-inside; for number in $(seq 100); do echo $number > new-inside/$number; done`;
