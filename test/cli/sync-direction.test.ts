/** A workspace that goes to the container alone, on the real engine. */
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openSyncProject, type SyncProject } from "../support/sync-project.ts";
import type { Tree } from "../support/temporary-folder.ts";

async function openOneWay(name: string, conflicts: "keep-both" | "wait", files: Tree): Promise<SyncProject> {
  const workspace = `{ mode: "sync", direction: "to-container", conflicts: "${conflicts}" }`;
  const project = openSyncProject(name, `image: "devenv-test/base:bookworm", workspace: ${workspace},`, files);
  const { exitCode, stderr } = await project.devenv(["up"]);
  expect(exitCode, stderr).toBe(0);
  return project;
}

function write(project: SyncProject, path: string, text: string): void {
  writeFileSync(join(project.path, path), text);
}

/** Content of each file of the project; those that devenv is run with are left out. */
function filesOnHost({ path }: SyncProject): Readonly<Record<string, string>> {
  const names = readdirSync(path, { recursive: true, encoding: "utf8" }).sort();
  const files = names.filter((name) => !name.startsWith("devenv") && statSync(join(path, name)).isFile());
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(path, name), "utf8")]));
}

it("brings edits and deletions of the host in, and nothing that was done inside out", async () => {
  await using project = await openOneWay("synconeway", "keep-both", {
    "a.txt": "1",
    "b.txt": "1",
    "gone/c.txt": "1",
    "gone/own.txt": "1",
  });
  write(project, "a.txt", "2");
  const changes = [
    "cat a.txt",
    "printf inside | tee b.txt gone/own.txt made.txt",
    "chmod 700 a.txt",
    "mkdir -p folder/below",
  ];
  expect(await project.inside(changes.join("; "))).toBe("2inside");
  write(project, "a.txt", "3");
  write(project, "new.txt", "new");
  rmSync(join(project.path, "gone"), { recursive: true });
  expect(await project.inside("cat a.txt b.txt made.txt new.txt gone/own.txt; find . -name c.txt; rm a.txt")).toBe(
    "3insideinsidenewinside",
  );
  expect(await project.inside("ls -d a.txt folder/below || true")).toBe("folder/below\n");
  expect(filesOnHost(project)).toEqual({ "a.txt": "3", "b.txt": "1", "new.txt": "new" });
  expect(statSync(join(project.path, "a.txt")).mode & 0o777).toBe(0o644);

  write(project, "b.txt", "host");
  expect(await project.inside("cat b.txt; echo; cat b.txt.conflict-container-*")).toBe("host\ninside");
  const kept = /^ {2}kept: `b\.txt\.conflict-container-\d{8}T\d{6}Z`; both sides had changed it/m;
  expect((await project.devenv(["sync", "status"])).stderr).toMatch(kept);
  process.kill(project.syncProcess(), "SIGKILL");
  expect((await project.devenv(["sync", "flush"])).stderr).toMatch(kept);
  expect(filesOnHost(project)).toEqual({ "a.txt": "3", "b.txt": "host", "new.txt": "new" });
});

it("lists what both sides changed where it is to wait, until one of them is gone", async () => {
  await using project = await openOneWay("synconewaywait", "wait", { "a.txt": "1" });
  await project.inside("printf inside > a.txt");
  write(project, "a.txt", "host");
  expect(await project.inside("cat a.txt")).toBe("inside");
  expect((await project.devenv(["sync", "status"])).stderr).toContain(
    "  conflict: `a.txt` is file on the host, file in",
  );
  expect(filesOnHost(project)).toEqual({ "a.txt": "host" });
  await project.inside("rm a.txt");
  expect(await project.inside("cat a.txt")).toBe("host");
});
