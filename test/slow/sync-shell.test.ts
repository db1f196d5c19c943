/** A workspace whose image is for a platform without an agent, kept in step by the shell of the environment's container. */
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { makeForeignImage } from "../support/foreign-image.ts";
import { baseImage } from "../support/sandbox.ts";
import { openSyncProject } from "../support/sync-project.ts";
import { docker } from "../support/test-project.ts";

const image = "devenv-test/base:bookworm-386";

beforeAll(() => makeForeignImage({ from: baseImage, tag: image, architecture: "386" }));

afterAll(async () => {
  await docker("rmi", image);
});

it("keeps both sides in step by scans, and says so", async () => {
  await using project = openSyncProject(
    "syncshell",
    `image: { from: "${image}", platform: "linux/386", layers: [run("useradd --create-home ada")], user: "ada" }, workspace: { mode: "sync" },`,
    { "src/a.txt": "one", "large.bin": "0123456789abcdef".repeat(40_000) },
  );
  const up = await project.devenv(["up"]);
  expect(up.stderr).toContain("workspace in step");
  expect(await project.inside("cat src/a.txt; wc -c < large.bin; stat -c %U src src/a.txt")).toBe(
    "one640000\nada\nada\n",
  );

  writeFileSync(join(project.path, "src/a.txt"), "two");
  mkdirSync(join(project.path, "folder/below"), { recursive: true });
  writeFileSync(join(project.path, "folder/below/it's.txt"), "b");
  expect(await project.inside('cat src/a.txt "folder/below/it\'s.txt"')).toBe("twob");
  await project.inside(
    "chmod 755 src/a.txt; mv folder other; ln -s other link; echo inside > 'src/new file'; rm large.bin",
  );
  await project.devenv(["sync", "flush"]);
  expect(statSync(join(project.path, "src/a.txt")).mode & 0o777).toBe(0o755);
  expect(readFileSync(join(project.path, "link/below/it's.txt"), "utf8")).toBe("b");
  expect(readFileSync(join(project.path, "src/new file"), "utf8")).toBe("inside\n");
  renameSync(join(project.path, "src"), join(project.path, "sources"));
  expect(await project.inside("ls")).toBe("devenv-lock.json\ndevenv.config.mjs\nlink\nother\nsources\n");
  expect(await project.json("sync")).toMatchObject({
    environments: [{ state: "idle", conflicts: [], problems: [], unwatched: [{ side: "container" }] }],
  });
});
