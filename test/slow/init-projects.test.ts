import { expect, it } from "vitest";
import { type DebianSourcePackage, unpackDebianSource, unpackNpmPackage } from "../support/foreign-project.ts";
import { removeProject } from "../support/remove-project.ts";
import { type CliResult, runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const sortedcontainers: DebianSourcePackage = {
  pool: "main/s/sortedcontainers",
  archives: [
    ["sortedcontainers_2.4.0.orig.tar.gz", "70e22f4fd29b204f75f989e3c1e847aa1de267a028aab4233c0db783aaff78c1"],
    ["sortedcontainers_2.4.0-2.debian.tar.xz", "8e8579ea5e9258b69cbab87a89a437cc9ba745c958cd074f67e7417383ee04da"],
  ],
};

/** init, up and the tests of a project that knew nothing of devenv; gives what the tests printed. */
async function initAndTest(project: string, cwd: string): Promise<string> {
  try {
    expectDone(await runCli(["init", "--yes"], { cwd }));
    expectDone(await runCli(["up"], { cwd, timeoutMs: 500_000 }));
    const test = await runCli(["task", "test"], { cwd, timeoutMs: 400_000 });
    expectDone(test);
    expect(await runCli(["up"], { cwd })).toMatchObject({
      exitCode: 0,
      stderr: expect.stringMatching(/ is up to date\n$/),
    });
    return test.stdout;
  } finally {
    await runCli(["down", "--volumes"], { cwd, timeoutMs: 100_000 });
    await removeProject(project);
  }
}

function expectDone(result: CliResult): void {
  expect(result, result.stdout.slice(-2_000) + result.stderr.slice(-2_000)).toMatchObject({ exitCode: 0 });
}

it("`init`, `up` and `task test` run the linter and the tests of fastq from the npm registry", async () => {
  using folder = temporaryFolder();
  const output = await initAndTest("fastq", unpackNpmPackage(folder, "fastq@1.20.3"));
  expect(Number(/^# pass\s+(\d+)$/m.exec(output)?.[1])).toBeGreaterThan(100);
});

it("`init`, `up` and `task test` run the linter and the tests of split2 from the npm registry", async () => {
  using folder = temporaryFolder();
  const output = await initAndTest("split2", unpackNpmPackage(folder, "split2@4.2.0"));
  expect(Number(/^# pass\s+(\d+)$/m.exec(output)?.[1])).toBeGreaterThan(50);
});

it("`init`, `up` and `task test` run the tests of sortedcontainers from a Debian source package", async () => {
  using folder = temporaryFolder();
  const output = await initAndTest("sortedcontainers", await unpackDebianSource(folder, sortedcontainers));
  expect(output).toMatch(/^=+ 367 passed in /m);
});
