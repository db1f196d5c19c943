/** A snapshot that one person took, restored by another: on machines of their own they have other ids. */
import { chmodSync, chownSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { connectEngine } from "../../src/engine/docker/connect.ts";
import { openExec } from "../../src/env/exec.ts";
import type { OperationContext, ProgressEvent } from "../../src/env/operation.ts";
import { openProject } from "../../src/env/project.ts";
import { createSnapshot } from "../../src/env/snapshot/create.ts";
import { restoreSnapshot } from "../../src/env/snapshot/restore.ts";
import { up } from "../../src/env/up.ts";
import { removeProject } from "../support/remove-project.ts";
import { baseImage } from "../support/sandbox.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { testHost } from "../support/test-host.ts";

const config = `
import { defineConfig, run } from "devenv";
const from = "devenv-test/base:bookworm";
export default defineConfig({
  name: "snapusers",
  environments: {
    named: { image: { from, layers: [run("useradd --create-home ada")], user: "ada" } },
    unnamed: { image: from },
  },
});
`;

it.each(["named", "unnamed"])("gives the files of the environment's user to whoever restores it: %s", async (name) => {
  using folder = temporaryFolder({ "devenv.config.ts": config });
  using caches = temporaryFolder();
  chmodSync(folder.path, 0o755);
  const engine = connectEngine(testHost());
  const events: ProgressEvent[] = [];
  const contextOf = async (id: number): Promise<OperationContext> => {
    // root pretends to be each of them
    mkdirSync(join(caches.path, String(id)), { mode: 0o700 });
    chownSync(join(caches.path, String(id)), id, id);
    const host = testHost({ uid: id, gid: id, cacheDir: join(caches.path, String(id)) });
    const { spec, locate } = await openProject({ host, cwd: folder.path });
    return { host, engine, spec, locate, report: (event) => void events.push(event) };
  };
  const sh = async (script: string) => {
    const command = ["sh", "-c", script];
    const { process } = await openExec({ engine, root: folder.path, environment: name, command });
    process.stderr.resume();
    return (await text(process.stdout)).trim();
  };
  // root of a rootless engine's container is the person who runs the engine
  const { rootless } = await engine.info();
  const inside = (id: number) => (rootless ? 0 : id);
  const user = name === "named" ? "ada" : rootless ? "root" : "dev";
  try {
    const [first, second] = [await contextOf(4321), await contextOf(4322)];
    await up(first, { names: [name] });
    expect(await sh("echo mine > ~/mine; id -un; id -u; stat -c %u ~ ~/mine")).toBe(
      [user, ...Array.from({ length: 3 }, () => inside(4321))].join("\n"),
    );
    const taken = await createSnapshot(first, { name: "state", environment: name });
    // root is left as the image has it
    expect(taken.user).toEqual({ name: user, uid: user === "root" ? null : inside(4321) });

    const { environments } = await restoreSnapshot(second, { name: "state", environment: name });
    expect(environments.map(({ action, reasons }) => [action, reasons])).toEqual([
      ["recreated", ["from snapshot `state`"]],
    ]);
    expect(
      await sh("id -un; id -u; stat -c %u ~ ~/mine; cat ~/mine; echo more >> ~/mine; grep -c 4321 /etc/passwd"),
    ).toBe([user, ...Array.from({ length: 3 }, () => inside(4322)), "mine", "0"].join("\n"));
    expect((await up(second, { names: [name] })).environments[0]?.action).toBe("kept");
    // where the engine gives every image a digest, a registry is asked for the base
    const { digests = [] } = (await engine.images.inspect(baseImage)) ?? {};
    const notAsked = { kind: "warning", text: expect.stringContaining("could not be asked for `docker.io/") };
    const expected = digests.length > 0 ? [notAsked] : [];
    // what root writes down as somebody else is not that person's
    const isOfRecord = (event: ProgressEvent) =>
      "text" in event && `${event.text}`.includes("`devenv start` will not know");
    expect(events.filter((event) => event.kind === "warning" && !isOfRecord(event))).toEqual(expected);
  } finally {
    await removeProject("snapusers");
  }
});
