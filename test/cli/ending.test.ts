/** Containers that end when they should stay up, through the built bundle and on the real engine. */
import { expect, it } from "vitest";
import { removeProject } from "../support/remove-project.ts";
import { runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

interface Parts {
  readonly env?: Readonly<Record<string, string>>;
  readonly layers?: string;
  readonly create?: string;
}

const config = ({ env = {}, layers = "", create = "true" }: Parts = {}) => `
import { defineConfig, dockerfile } from "devenv";
export default defineConfig({
  name: "ending",
  environments: {
    dev: {
      image: { from: "devenv-test/base:bookworm", layers: [${layers}], user: "root" },
      env: ${JSON.stringify(env)},
      hooks: { create: ${JSON.stringify(create)} },
      tasks: { end: "kill -TERM 1; sleep 60" },
    },
  },
});
`;

it("tells why a container does not stay up, in its own words, and what to do", async () => {
  using folder = temporaryFolder({ "devenv.config.mjs": config({ layers: 'dockerfile("RUN rm /usr/bin/tail")' }) });
  const devenv = (...args: string[]) => runCli(args, { cwd: folder.path });
  const endsAtOnce = {
    exitCode: 1,
    stderr: expect.stringMatching(
      /The container of environment `dev` does not stay up: it ended with exit code 127(?:\n {2}\| .*tail.*)+\n\nhint: it lives by `tail -f \/dev\/null`: see that the image has `tail`/,
    ),
  };
  try {
    expect(await devenv("up")).toMatchObject(endsAtOnce);
    expect(await devenv("ci", "end", "--no-frozen")).toMatchObject(endsAtOnce);
    const { environments } = JSON.parse((await devenv("status", "--json")).stdout);
    expect(environments[0]).toMatchObject({ state: "absent", next: "create" });

    folder.write({ "devenv.config.mjs": config({ env: { PATH: "/nowhere" } }) });
    expect(await devenv("up")).toMatchObject(endsAtOnce);

    folder.write({ "devenv.config.mjs": config({ create: "kill -TERM 1; sleep 60" }) });
    const hook = await devenv("up");
    expect(hook).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining(
        "The container of environment `dev` does not stay up: it ended with exit code 143",
      ),
    });
    expect(hook.stderr).toContain("`devenv up dev` starts it again");

    folder.write({ "devenv.config.mjs": config() });
    expect(await devenv("up")).toMatchObject({ exitCode: 0 });
    expect(await devenv("ci", "end", "--no-frozen")).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("it ended with exit code 143"),
    });
    expect(await devenv("task", "end")).toMatchObject({
      exitCode: 137,
      stderr: "devenv: the container ended with exit code 143 while the command ran; `devenv up` starts it again\n",
    });
    await devenv("exec", "--", "mv", "/usr/bin/tail", "/usr/bin/tail.gone");
    expect(await devenv("restart")).toMatchObject(endsAtOnce);
    expect(await devenv("exec", "--", "true")).toMatchObject(endsAtOnce);
  } finally {
    await removeProject("ending");
  }
});

it("adds to the image's variables, and refuses what the image does not define by its key", async () => {
  const layers = 'dockerfile("ENV TOOL=/opt/tool")';
  const env = { PATH: "${PATH}:/more", BOTH: "${TOOL}/bin$x", PLAIN: "$${TOOL}" };
  using folder = temporaryFolder({ "devenv.config.mjs": config({ layers, env }) });
  const devenv = (...args: string[]) => runCli(args, { cwd: folder.path });
  try {
    expect(await devenv("up")).toMatchObject({ exitCode: 0 });
    const inside = await devenv("exec", "--", "sh", "-c", 'echo "$PATH" "$BOTH" "$PLAIN"');
    expect(inside.stdout).toMatch(/^\/usr\/local\/sbin:.*:\/more \/opt\/tool\/bin\$x \$\{TOOL\}\n$/);
    expect((await devenv("up")).stderr).toBe("ending · dev is up to date\n");

    folder.write({ "devenv.config.mjs": config({ layers, env: { ...env, LIB: "${MISSING}/lib" } }) });
    const refused = await devenv("up");
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toMatch(
      /`environments\.dev\.env\.LIB` \(.*devenv\.config\.mjs:\d+:\d+\) names `\$\{MISSING\}`, which image `.*` does not define; it has `PATH`, `TOOL`/,
    );
    expect(refused.stderr).toContain("or write `$${MISSING}` for these characters themselves");
    expect((await devenv("exec", "--", "true")).exitCode).toBe(0);
  } finally {
    await removeProject("ending");
  }
});
