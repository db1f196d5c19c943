import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { unpackNpmPackage } from "../support/foreign-project.ts";
import { removeProject } from "../support/remove-project.ts";
import { runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const config = `
import { bootstrap, defineConfig, node } from "devenv";

export default defineConfig({
  name: "foreign-fastq",
  image: { from: bootstrap({ suite: "bookworm" }), layers: [node("24.21.0")] },
  tasks: {
    install: "npm install --no-audit --no-fund --ignore-scripts",
    test: { command: "npm run unit", dependsOn: ["install"] },
  },
});
`;

it("a published package that knows nothing of devenv passes its own tests inside", async () => {
  using folder = temporaryFolder();
  const cwd = unpackNpmPackage(folder, "fastq@1.20.3");
  writeFileSync(join(cwd, "devenv.config.ts"), config);
  try {
    const up = await runCli(["up"], { cwd, timeoutMs: 400_000 });
    expect(up, up.stderr).toMatchObject({ exitCode: 0 });
    const test = await runCli(["task", "test"], { cwd, timeoutMs: 400_000 });
    expect(test, test.stdout.slice(-2_000) + test.stderr.slice(-2_000)).toMatchObject({ exitCode: 0 });
    const passed = Number(/^# pass\s+(\d+)$/m.exec(test.stdout)?.[1]);
    expect(passed).toBeGreaterThan(100);
  } finally {
    await removeProject("foreign-fastq");
  }
});
