/** What a process inside has open for writing, and the host changes at the same time, on the real engine. */
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openSyncProject } from "../support/sync-project.ts";

/** The files of its arguments are open until the name `stop` is there; `gaps` says whether one was ever missing. */
const hold = `
for my $name (@ARGV) { open my $file, ">>", $name or die; push @open, $file }
rename "started.new", "started" if open my $s, ">", "started.new";
until (-e "stop") {
  for (@ARGV) { if (!-e) { open my $gaps, ">>", "gaps"; print $gaps "$_\\n" } }
  select undef, undef, undef, 0.002;
}
`;

it("leaves what is held open inside alone, says so, and brings the rest over", async () => {
  await using project = openSyncProject(
    "syncbusy",
    `image: "devenv-test/base:bookworm", workspace: { mode: "sync" },`,
    { "app.log": "1", "app.db": "1", "other.txt": "1", "hold.pl": hold, "hot.pl": hot },
  );
  expect(await project.devenv(["up"])).toMatchObject({ exitCode: 0 });
  const begin = "(perl hold.pl app.log app.db </dev/null >/dev/null 2>&1 &) ; until [ -e started ]; do sleep 0.1; done";
  await project.inside(begin);
  writeFileSync(join(project.path, "app.log"), "from the host");
  rmSync(join(project.path, "app.db"));
  writeFileSync(join(project.path, "other.txt"), "2");
  const command = "cat other.txt app.log app.db; ls gaps || true";
  const exec = await project.devenv(["exec", "--", "sh", "-c", command]);
  expect(exec).toMatchObject({ exitCode: 0, stdout: "211" });
  const why = "a process in the container has it open for writing";
  const warnings = ["app.db", "app.log"].map((path) => `warning: \`${path}\` is not in step: ${why}`);
  expect(exec.stderr.trimEnd().split("\n").toSorted()).toEqual(expect.arrayContaining(warnings));

  const flush = await project.devenv(["sync", "flush", "--json"]);
  expect(flush.exitCode).toBe(1);
  expect(JSON.parse(flush.stdout).error).toMatchObject({
    code: "SYNC_INCOMPLETE",
    details: {
      problems: expect.arrayContaining([
        { environment: "dev", side: "container", path: "app.db", reason: why },
        { environment: "dev", side: "container", path: "app.log", reason: why },
      ]),
    },
  });
  writeFileSync(join(project.path, "stop"), "");
  await expect.poll(async () => (await project.devenv(["sync", "flush"])).exitCode, { timeout: 20_000 }).toBe(0);
  expect(await project.inside("cat app.log; ls app.db gaps 2>/dev/null || true")).toBe("from the host");
});

/** It changes all the time. */
const hot = `
open my $file, ">>", "hot.log" or die;
until (-e "stop") { syswrite $file, "x\\n" x 50; select undef, undef, undef, 0.001 }
`;

it("waits for no file that changes all the time", async () => {
  await using project = openSyncProject("synchot", `image: "devenv-test/base:bookworm", workspace: { mode: "sync" },`, {
    "hot.pl": hot,
  });
  expect(await project.devenv(["up"])).toMatchObject({ exitCode: 0 });
  await project.inside("(perl hot.pl </dev/null >/dev/null 2>&1 &) ; until [ -e hot.log ]; do sleep 0.1; done");
  for (const text of ["1", "2", "3"]) {
    writeFileSync(join(project.path, "a.txt"), text);
    writeFileSync(join(project.path, "hot.log"), "from the host");
    const exec = await project.devenv(["exec", "--", "sh", "-c", "cat a.txt; ls hot.log"]);
    expect(exec).toMatchObject({ exitCode: 0, stdout: `${text}hot.log\n` });
  }
  writeFileSync(join(project.path, "stop"), "");
  await expect.poll(async () => (await project.devenv(["sync", "flush"])).exitCode, { timeout: 20_000 }).toBe(0);
  expect(await project.json("sync")).toMatchObject({ environments: [{ state: "idle", conflicts: [], problems: [] }] });
});
