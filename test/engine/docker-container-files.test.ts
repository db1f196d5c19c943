import { buffer, text } from "node:stream/consumers";
import { expect, it } from "vitest";
import { openSandbox, type Sandbox } from "../support/sandbox.ts";

/** What a command in a running container prints. */
async function inside({ engine }: Sandbox, id: string, script: string): Promise<string> {
  const { stdout, stderr } = await engine.containers.exec(id, { command: ["sh", "-c", script], user: "0" });
  const [out, err] = await Promise.all([text(stdout), text(stderr)]);
  return out + err;
}

it("reads and writes files of a container that never ran", async () => {
  await using sandbox = openSandbox();
  const { containers } = sandbox.engine;
  const id = await sandbox.create();
  expect(String(await containers.readFile(id, "/etc/passwd"))).toMatch(/^root:x:0:0:/);
  expect(await containers.readFile(id, "/etc/missing")).toBeUndefined();
  expect(await containers.pack(id, "/no/such")).toBeUndefined();
  await containers.writeFiles(id, [
    { path: "/srv/new/folder", mode: 0o700, uid: 7, gid: 8 },
    { path: "/srv/new/folder/größe", mode: 0o640, uid: 7, gid: 8, content: Buffer.from("a\n") },
    { path: "/etc", mode: 0o755, uid: 0, gid: 0 },
  ]);
  expect(await containers.readFile(id, "/srv/new/folder/größe")).toEqual(Buffer.from("a\n"));
  // Podman gives out every file as that of the container's user
  const owner = (await sandbox.engine.info()).product === "podman" ? { uid: 0, gid: 0 } : { uid: 7, gid: 8 };
  expect(await containers.ownerOf(id, "/srv/new/folder")).toEqual({ ...owner, isEmpty: false });
  expect(await containers.ownerOf(id, "/mnt")).toEqual({ uid: 0, gid: 0, isEmpty: true });
  expect(await containers.ownerOf(id, "/no/such")).toBeUndefined();
  await containers.start(id);
  expect(
    await inside(sandbox, id, "stat -c '%u %g %a' /srv/new/folder /srv/new/folder/*; cat /etc/debian_version"),
  ).toMatch(/^7 8 700\n7 8 640\n12/);
});

it("gives what is in a folder another owner, keeping modes, links and what belongs to others", async () => {
  await using sandbox = openSandbox();
  const { containers } = sandbox.engine;
  const id = await sandbox.run();
  const make = `mkdir -p /srv/t/sub && cd /srv/t && echo x > sub/file && ln -s sub/file link &&
    ln sub/file hard && echo root > roots && chown -h 7:8 sub sub/file link . && chown 7:0 roots && chmod 4750 sub/file`;
  expect(await inside(sandbox, id, make)).toBe("");
  await containers.changeOwner(id, "/srv/t", { from: { uid: 7, gid: 8 }, to: { uid: 4242, gid: 4343 } });
  await containers.changeOwner(id, "/no/such", { from: { uid: 7, gid: 8 }, to: { uid: 1, gid: 1 } });
  const list = "cd /srv/t && stat -c '%u %g %a %n' . sub sub/file link hard roots | sort -k4; cat link";
  const isPodman = (await sandbox.engine.info()).product === "podman";
  expect(await inside(sandbox, id, list)).toBe(`7 8 755 .
4242 4343 4750 hard
4242 4343 777 link
4242 ${isPodman ? 4343 : 0} 644 roots
4242 4343 755 sub
4242 4343 4750 sub/file
x
`);
});

it("writes a tree for another owner beside files, leaving out what it is told to", async () => {
  await using sandbox = openSandbox();
  const { containers } = sandbox.engine;
  const source = await sandbox.run();
  await inside(
    sandbox,
    source,
    "mkdir -p /home/ada/.cache/x && touch /home/ada/a /home/ada/.cache/x/y && chown -R 5:5 /home/ada",
  );
  const packed = await containers.pack(source, "/home/ada");
  if (packed === undefined) throw new Error("not packed");
  const target = await sandbox.create();
  const owner = { from: { uid: 5, gid: 5 }, to: { uid: 6, gid: 6 } };
  const files = [{ path: "/etc/mark", mode: 0o600, uid: 0, gid: 0, content: Buffer.from("mark") }];
  await containers.writeFiles(target, files, {
    tar: await buffer(packed),
    parent: "/home",
    skip: ["/home/ada/.cache"],
    ...owner,
  });
  await containers.start(target);
  expect(await inside(sandbox, target, "cd /home && stat -c '%u %n' ada ada/a; ls -A ada; cat /etc/mark")).toBe(
    "6 ada\n6 ada/a\na\nmark",
  );
});

it("renames, pauses and goes on", async () => {
  await using sandbox = openSandbox();
  const { containers } = sandbox.engine;
  const id = await sandbox.run();
  const other = await sandbox.run({ name: sandbox.name("other") });
  await containers.rename(id, sandbox.name("new"));
  const state = async () => (await containers.list(sandbox.labels)).find((one) => one.id === id);
  expect((await state())?.name).toBe(sandbox.name("new"));
  await expect(containers.rename(other, sandbox.name("new"))).rejects.toMatchObject({
    code: "CONTAINER_NAME_TAKEN",
    message: `A container named \`${sandbox.name("new")}\` exists already and is not one of this workspace`,
  });
  expect(await containers.exists(sandbox.name("new"))).toBe(true);
  expect(await containers.exists(sandbox.name("none"))).toBe(false);
  await containers.unpause(id);
  const isPaused = await containers.pause(id);
  expect((await state())?.state).toBe(isPaused ? "paused" : "running");
  expect(await containers.pause(id)).toBe(false);
  await containers.unpause(id);
  expect((await state())?.state).toBe("running");
  expect(await inside(sandbox, id, "echo goes on")).toBe("goes on\n");
});
