/** Packages that are installed inside, into a workspace that is synced whole. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { expectSameFolders } from "../support/listing.ts";
import { openSyncProject } from "../support/sync-project.ts";

const config = `image: { from: "devenv-test/base:bookworm", layers: [node("24.21.0")] }, workspace: { mode: "sync" },`;
const manifest = { name: "app", version: "1.0.0", dependencies: { lodash: "4.17.21", rxjs: "7.8.1" } };

it("brings out what `npm ci` installs, and does so again when all of it is replaced", async () => {
  await using project = openSyncProject("syncinstall", config, { "package.json": JSON.stringify(manifest) });
  const up = await project.devenv(["up"]);
  expect(up.exitCode, up.stderr).toBe(0);
  await project.inside("npm install --package-lock-only --no-audit --no-fund >&2 2>/dev/null");
  const install = "npm ci --no-audit --no-fund > /dev/null 2>&1; node -p 'require(`lodash`).VERSION'";
  expect(await project.inside(install)).toBe("4.17.21\n");
  const lines = await expectSameFolders(project);
  expect(lines.filter((line) => line.startsWith("f ") && line.includes("/node_modules/")).length).toBeGreaterThan(
    2_000,
  );
  expect(existsSync(join(project.path, "node_modules/.package-lock.json"))).toBe(true);

  expect(await project.inside(install)).toBe("4.17.21\n");
  await expectSameFolders(project);
  const lodash = JSON.parse(readFileSync(join(project.path, "node_modules/lodash/package.json"), "utf8"));
  expect(lodash.version).toBe("4.17.21");
}, 600_000);
