import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { nodeHost } from "../../../src/host/node.ts";
import { resolveSecrets, type SecretRequest } from "../../../src/host/secrets.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { thrown } from "../../support/thrown.ts";

const host = { ...nodeHost(), env: { ...nodeHost().env, NPM_TOKEN: "from env", EMPTY: "" } };
const secret = (kind: SecretRequest["source"]["kind"], value: string): SecretRequest => ({
  name: "TOKEN",
  key: "secrets.TOKEN",
  source: { kind, value },
});

async function resolveOne(request: SecretRequest, cwd = "/"): Promise<Buffer | undefined> {
  return (await resolveSecrets(host, [request], { cwd })).get("TOKEN");
}

describe("the value of a secret", () => {
  it("comes from a variable", async () => {
    expect(String(await resolveOne(secret("env", "NPM_TOKEN")))).toBe("from env");
  });

  it("comes from a file of the project, byte for byte", async () => {
    using project = temporaryFolder({ "keys/token": "from file\n" });
    expect(String(await resolveOne(secret("file", "keys/token"), project.path))).toBe("from file\n");
  });

  it("comes from a file of the home folder", async () => {
    using home = temporaryFolder({ ".token": "from home" });
    const request = secret("file", "~/.token");
    const values = await resolveSecrets({ ...host, home: home.path }, [request], { cwd: "/" });
    expect(String(values.get("TOKEN"))).toBe("from home");
  });

  it("comes from a command in the project's folder, without the end of its last line", async () => {
    using project = temporaryFolder({ token: "line 1\nline 2\n\n" });
    expect(String(await resolveOne(secret("command", "cat token; echo warning >&2"), project.path))).toBe(
      "line 1\nline 2\n",
    );
  });

  it("is not waited for after an abort", async () => {
    const signal = AbortSignal.timeout(300);
    const resolved = resolveSecrets(host, [secret("command", "sleep 100")], { cwd: "/", signal });
    await expect(resolved).rejects.toThrow("aborted due to timeout");
  });
});

describe("a secret that cannot be had", () => {
  it.each([
    [
      secret("env", "DEVENV_TEST_UNSET"),
      "variable `DEVENV_TEST_UNSET`: the environment variable is not set\n\nhint: set it before you run devenv: `export DEVENV_TEST_UNSET=…`",
    ],
    [
      secret("env", "EMPTY"),
      "variable `EMPTY`: the environment variable is empty\n\nhint: set it before you run devenv: `export EMPTY=…`",
    ],
    [
      secret("file", "/no/such/token"),
      "file `/no/such/token`: the file cannot be read: no such file or directory (ENOENT)\n\nhint: create `/no/such/token` and see that you may read it, or correct the path",
    ],
    [
      secret("command", "echo sign in first >&2; exit 6"),
      "command `echo sign in first >&2; exit 6`: the command failed with exit code 6\n  | sign in first\n\nhint: see that `echo sign in first >&2; exit 6` prints the secret when you run it in the project's folder",
    ],
    [
      secret("command", "true"),
      "command `true`: the command printed nothing\n\nhint: see that `true` prints the secret when you run it in the project's folder",
    ],
    [
      secret("command", "head -c 4 /bin/sh; printf '\\377'"),
      "command `head -c 4 /bin/sh; printf '\\377'`: the command printed something else than text in UTF-8\n\nhint: see that `head -c 4 /bin/sh; printf '\\377'` prints the secret when you run it in the project's folder",
    ],
  ])("is told with the reason and what mends it: $source.value", async (request, text) => {
    expect(await thrown(resolveOne(request))).toEqual({
      code: "SECRET_UNAVAILABLE",
      text: `Secret \`TOKEN\` of \`secrets.TOKEN\` cannot be had from ${text}`,
    });
  });

  it("shows nothing of what its command printed, nor of the secrets before it", async () => {
    using project = temporaryFolder({ "print-it": "set -x\necho hunter2\necho $1 >&2\nexit 1\n" });
    const requests = [{ ...secret("env", "NPM_TOKEN"), name: "FIRST" }, secret("command", 'sh print-it "from env"')];
    const error: unknown = await resolveSecrets(host, requests, { cwd: project.path }).catch((reason) => reason);
    const shown = inspect(error, { depth: 10 });
    expect(shown).toContain("+ echo ***");
    expect(shown.replaceAll('sh print-it "from env"', "")).not.toMatch(/hunter2|from env/);
  });
});
