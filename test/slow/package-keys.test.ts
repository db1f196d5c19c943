/** What packages make of chance and of the machine while they are installed is in no layer. */
import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { apt } from "../../src/config/layers.ts";
import { build } from "../support/builds.ts";
import { imageOf } from "../support/plans.ts";
import { baseImage, openSandbox } from "../support/sandbox.ts";

it("installs a message bus, font caches and an SSH server twice to the same files, without keys", {
  timeout: 900_000,
}, async () => {
  await using sandbox = openSandbox();
  const { dockerfile, context } = imageOf({
    image: { from: baseImage, layers: [apt("dbus", "openssh-server", "fontconfig")] },
  });
  const files = "find /etc /usr /var -xdev -type f ! -path '/etc/host*' ! -path /etc/resolv.conf";
  const list = `{ ${files} -printf '%p %T@ %m %U:%G\\n'; ${files} -exec sha256sum {} +; } | sort | sha256sum`;
  const filesOf = async () => {
    const listed = `${dockerfile}RUN : ${randomUUID()}; ls /etc/ssh; ${list}\n`;
    const { output } = await build(sandbox, listed, { context, noCache: true });
    return output.slice(output.indexOf("moduli"));
  };

  const first = await filesOf();
  const second = await filesOf();

  const hash = expect.stringMatching(/^[0-9a-f]{64} /);
  expect(first).toEqual(["moduli", "ssh_config", "ssh_config.d", "sshd_config", "sshd_config.d", hash]);
  expect(second).toEqual(first);
});
