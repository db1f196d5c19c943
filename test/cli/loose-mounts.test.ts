/** What is mounted and is replaced on the host: seen, said, and mended by the next `up`. */
import { mkdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openCliProject, plainConfig } from "../support/cli-project.ts";

const config = plainConfig(
  "loose",
  `  workspace: { volumes: ["node_modules"] },
  mounts: ["settings.json:/etc/settings.json", "data:/data:ro"],
  hooks: { create: "touch /created-once", start: "date +%s%N > /started" },`,
);

it("sees a mount that came loose, says so, and mends it by a restart", async () => {
  await using project = openCliProject("loose", {
    "devenv.config.ts": config,
    "settings.json": "old\n",
    "data/a": "old\n",
  });
  const { path, json, inside } = project;
  const at = (name: string) => join(path, name);
  const status = async () => (await json("status")).environments[0];
  await json("up");
  const look = "cat /etc/settings.json /data/a; ls node_modules";
  expect(await inside(`touch node_modules/kept /by-hand; ${look}`)).toEqual(["old", "old", "kept"]);
  expect(await json("up")).toMatchObject({ environments: [{ action: "kept" }] });
  const { container } = await status();

  // as an editor saves
  writeFileSync(at("settings.json.new"), "new\n");
  renameSync(at("settings.json.new"), at("settings.json"));
  // as a build makes its output anew
  renameSync(at("data"), at("data.old"));
  mkdirSync(at("data"));
  writeFileSync(at("data/a"), "new\n");
  // as `git clean -xdf` does
  rmdirSync(at("node_modules"));
  const reasons = [
    `\`${at("settings.json")}\` was replaced since it was mounted`,
    `\`${at("data")}\` was replaced since it was mounted`,
    `the mount point \`${at("node_modules")}\` was removed`,
  ];
  expect(await status()).toMatchObject({ state: "running", next: "restart", stale: reasons });
  expect((await project.devenv(["status"])).stdout).toContain(
    "the next `devenv up` restarts the container: what runs in it ends",
  );
  const told = await project.devenv(["exec", "--", "cat", "/etc/settings.json"]);
  expect(told).toMatchObject({ exitCode: 0, stdout: "old\n" });
  expect(told.stderr.split("\n").filter((line) => line !== "")).toEqual(
    reasons.map((reason) => `warning: ${reason}; \`devenv up\` restarts the container for it`),
  );

  project.write({ "devenv.config.ts": "broken" });
  expect(await status()).toMatchObject({ next: "unknown", stale: reasons });
  project.write({ "devenv.config.ts": config });

  const up = (await json("up")).environments[0];
  expect(up).toMatchObject({ action: "started", container, reasons });
  expect(await inside(`${look}; ls /by-hand /created-once`)).toEqual([
    ...["new", "new", "kept"],
    ...["/by-hand", "/created-once"],
  ]);
  expect(await status()).toMatchObject({ next: "keep", stale: [] });
  expect(await json("up")).toMatchObject({ environments: [{ action: "kept" }] });

  await project.devenv(["stop"]);
  rmdirSync(at("node_modules"));
  rmSync(at("settings.json"));
  expect(await project.devenv(["start"])).toMatchObject({
    exitCode: 1,
    stderr: expect.stringContaining(`mounts \`${at("settings.json")}\`, which does not exist`),
  });
  writeFileSync(at("settings.json"), "again\n");
  expect(await project.devenv(["start"])).toMatchObject({ exitCode: 0 });
  expect(await inside(look)).toEqual(["again", "new", "kept"]);
  expect(await status()).toMatchObject({ next: "keep", stale: [] });
});
