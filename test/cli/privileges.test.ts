/** Who works inside, with which rights and settings, through the built bundle and on the real engine. */
import { expect, it } from "vitest";
import { removeProject } from "../support/remove-project.ts";
import { runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const config = (more: string) => `
import { defineConfig, dockerfile } from "devenv";
export default defineConfig({
  name: "privileges",
  image: {
    from: "devenv-test/base:bookworm",
    layers: [dockerfile("RUN cp /usr/bin/id /usr/bin/root-id && chmod 4755 /usr/bin/root-id"), dockerfile("HEALTHCHECK --interval=1s --retries=1 CMD false")],
    user: "root",
  },
  secrets: { TOKEN: { env: "PRIVILEGES_TOKEN", as: "env" } },
  ${more}
});
`;

it("lets a command gain privileges only where the config says so, runs as another user, and tells a failing health check", async () => {
  using folder = temporaryFolder({ "devenv.config.mjs": config("") });
  const env = { TZ: "Asia/Tokyo", PRIVILEGES_TOKEN: "told-to-root-alone" };
  const devenv = (...args: string[]) => runCli(args, { cwd: folder.path, env });
  const as = async (user: string, script: string) =>
    (await devenv("exec", "--user", user, "--", "sh", "-c", script)).stdout.trim();
  try {
    expect(await devenv("up")).toMatchObject({ exitCode: 0 });
    expect(await as("nobody", 'id -un; root-id -u; echo "$LANG,$TZ,$TOKEN"')).toBe("nobody\n65534\nC.UTF-8,,");
    expect(await as("4711:4712", "id -u; id -g")).toBe("4711\n4712");
    expect(await as("root", 'echo "$TOKEN"')).toBe("told-to-root-alone");
    const unknown = await devenv("exec", "--user", "nosuchuser", "--", "true");
    expect(unknown).toMatchObject({ exitCode: 126, stdout: "", stderr: expect.stringContaining("nosuchuser") });
    const health = async () => JSON.parse((await devenv("status", "--json")).stdout).environments[0].health;
    await expect.poll(health, { timeout: 30_000, interval: 500 }).toBe("unhealthy");
    expect((await devenv("up")).stderr).toBe("privileges · dev is up to date   its health check fails\n");

    folder.write({
      "devenv.config.mjs": config(
        'securityOpt: ["no-new-privileges:false"], host: { timezone: true }, env: { LANG: "C" },',
      ),
    });
    const { stdout, stderr } = await devenv("up", "--json");
    const reasons = ["env.LANG added", "securityOpt added", "the host's time zone added"];
    expect(JSON.parse(stdout).environments[0]).toMatchObject({ action: "recreated", reasons });
    expect(stderr).toContain("the container gets security options no-new-privileges=false of this machine");
    expect(await as("nobody", 'root-id -u; echo "$LANG,$TZ"')).toBe("0\nC,Asia/Tokyo");
  } finally {
    await removeProject("privileges");
  }
});
