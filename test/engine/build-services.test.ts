import { randomUUID } from "node:crypto";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { build } from "../support/builds.ts";
import { baseImage, openSandbox } from "../support/sandbox.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { testHost } from "../support/test-host.ts";

describe("a build", () => {
  it("reads its secrets, also empty ones, and keeps none of them", async () => {
    await using sandbox = openSandbox();
    const secret = randomUUID();
    const mounts = "--mount=type=secret,id=token,mode=0444 --mount=type=secret,id=empty";

    const { output } = await build(
      sandbox,
      `FROM ${baseImage}\nRUN ${mounts} cd /run/secrets && rev=$(cat token) && echo "<$rev>" && stat -c '%n %a %s' token empty\nRUN find /run/secrets -type f | wc -l`,
      { secrets: { token: Buffer.from(secret), empty: Buffer.alloc(0) }, noCache: true },
    );

    expect(output).toEqual(expect.arrayContaining([`<${secret}>`, "token 444 36", "empty 400 0", "0"]));
  });

  it("is cached whatever its secrets hold", async () => {
    await using sandbox = openSandbox();
    const dockerfile = `FROM ${baseImage}\nRUN --mount=type=secret,id=token echo ${randomUUID()}`;

    await build(sandbox, dockerfile, { secrets: { token: Buffer.from("one") } });
    const { events } = await build(sandbox, dockerfile, { secrets: { token: Buffer.from("two") } });

    const run = events.findLast((event) => event.kind === "step-finished" && event.name.startsWith("RUN"));
    expect(run).toMatchObject({ cached: true });
  });

  it("passes the proxy variables to its steps, and no image records them", async () => {
    await using sandbox = openSandbox();
    const proxy = "http://proxy.example.com:3128";

    const { output, tag } = await build(
      sandbox,
      `FROM ${baseImage}\nRUN echo ${randomUUID()} $HTTP_PROXY\nRUN env | sort`,
      { buildArgs: { HTTP_PROXY: proxy } },
    );
    const check = await build(sandbox, `FROM ${tag}\nRUN echo ${randomUUID()} "<$HTTP_PROXY>"`);

    expect(output.some((line) => line.endsWith(proxy))).toBe(true);
    expect(check.output.some((line) => line.endsWith(" <>"))).toBe(true);
  });

  it("labels its image", async () => {
    await using sandbox = openSandbox();
    const labels = { ...sandbox.labels, awkward: 'a "quoted" $HOME = välue' };

    const { tag } = await build(sandbox, `FROM ${baseImage}`, { labels });

    expect((await sandbox.engine.images.inspect(tag))?.labels).toMatchObject(labels);
  });

  it("talks to the user's ssh agent, where the engine can", async () => {
    await using sandbox = openSandbox();
    using folder = temporaryFolder();
    const path = join(folder.path, "agent.sock");
    const agent = createServer((socket) => {
      socket.on("error", () => socket.destroy());
      socket.on("data", (data) => socket.write(`answer to ${data}\n`));
    });
    await new Promise<void>((resolve) => agent.listen(path, resolve));
    const ask =
      "perl -MIO::Socket::UNIX -e 'my $s = IO::Socket::UNIX->new(Peer => $ENV{SSH_AUTH_SOCK}) or die $!; syswrite $s, \"question\"; print scalar <$s>'";
    try {
      const built = build(sandbox, `FROM ${baseImage}\nRUN --mount=type=ssh echo ${randomUUID()} && ${ask}`, {
        host: testHost({ env: { ...testHost().env, SSH_AUTH_SOCK: path } }),
      });
      if ((await sandbox.engine.info()).buildkit) expect((await built).output).toContain("answer to question");
      else await expect(built).rejects.toMatchObject({ code: "IMAGE_BUILD_FAILED" });
    } finally {
      await new Promise((resolve) => agent.close(resolve));
    }
  });
});
