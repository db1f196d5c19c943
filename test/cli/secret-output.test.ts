/** What is printed where there are secrets: whatever form they take, and however large they are. */
import { existsSync } from "node:fs";
import { expect, it, vi } from "vitest";
import { sha256 } from "../../src/digest.ts";
import { configText, openTestProject } from "../support/test-project.ts";

const base = `from: "devenv-test/base:bookworm"`;
const token = "tok/en+of=the day";
const large = Array.from({ length: 1100 }, (_, index) => sha256(`${index}`)).join("");
const env = { OUT_TOKEN: token };
const proxyPassword = "of-the-proxy-1";

const forms = [
  token,
  "of-the-proxy-1",
  Buffer.from(token).toString("base64"),
  Buffer.from(`ada:${token}`).toString("base64").slice(6, -4),
  Buffer.from(token).toString("hex"),
  encodeURIComponent(token),
  large.slice(100, 164),
  large.slice(30_000, 30_064),
  large.slice(-64),
];
const shown = (text: string) => forms.filter((form) => text.includes(form));

/** Prints the token in several forms, and all of the large one, also cut into lines. */
const script = `
env | grep '^http_proxy=' || :
printf 'plain %s\\n' "$TOKEN"
printf 'base64 %s\\n' "$(printf %s "$TOKEN" | base64)"
printf 'basic %s\\n' "$(printf 'ada:%s' "$TOKEN" | base64)"
printf 'hex %s\\n' "$(printf %s "$TOKEN" | od -An -tx1 | tr -d ' \\n')"
printf 'url tok%%2Fen%%2Bof%%3Dthe%%20day\\n'
cat /run/secrets/LARGE; echo
fold -w 64 /run/secrets/LARGE; echo
sleep 0.1; printf 'tok/en+o'; sleep 0.1; printf 'f=the day and more\\n'
`;

it("hides secrets of any size and form in what hooks, tasks of `ci` and actions of `watch` print, and in errors", async () => {
  const hook = (exit: string) => `hooks: { create: ["sh print.sh${exit}"] },`;
  const config = (more: string) => `image: { ${base} }, ${more}
    secrets: { TOKEN: { env: "OUT_TOKEN", as: "env" }, LARGE: { file: "large.txt" } },
    workspace: { watch: [{ paths: ["*.proto"], action: "run", command: "sh print.sh; echo done > done" }] },
    tasks: { test: "sh print.sh >&2; sh print.sh" },\n`;
  const files = { "print.sh": script, "large.txt": large };
  await using project = openTestProject("secretoutput", config(hook("; exit 3")), files);
  const run = (...args: string[]) => project.devenv(args, { env, timeoutMs: 120_000 });

  const proxy = { http_proxy: `http://ada:${proxyPassword}@127.0.0.1:9` };
  const failed = await project.devenv(["up", "--verbose"], { env: { ...env, ...proxy }, timeoutMs: 120_000 });
  expect(failed.stderr).toContain("http_proxy=http://ada:***@127.0.0.1:9\n");
  expect(failed).toMatchObject({ exitCode: 1, stdout: "" });
  expect(failed.stderr).not.toContain("defect");
  expect(failed.stderr).toContain("plain ***\n");
  expect(failed.stderr).toContain("*** and more");
  const json = await run("up", "--json");
  expect(JSON.parse(json.stdout).error).toMatchObject({ code: "HOOK_FAILED" });
  expect(shown([failed, json].map(({ stdout, stderr }) => stdout + stderr).join(""))).toEqual([]);

  project.write({ "devenv.config.mjs": configText("secretoutput", config("")) });
  const ci = await run("ci", "--no-frozen");
  expect(ci.exitCode).toBe(0);
  for (const output of [ci.stdout, ci.stderr]) {
    expect(output).toContain("plain ***\n");
    expect(output).toContain("*** and more\n");
    expect(shown(output)).toEqual([]);
  }

  expect(await run("up")).toMatchObject({ exitCode: 0 });
  await vi.waitFor(
    () => {
      project.write({ "a.proto": `${Math.random()}` });
      expect(existsSync(`${project.path}/done`)).toBe(true);
    },
    { timeout: 20_000, interval: 500 },
  );
  const { stdout: log } = await run("sync", "logs");
  expect(log).toContain("plain ***\n");
  expect(shown(log)).toEqual([]);
  const asked = { env: { ...env, DEVENV_HIDE_SECRETS: "1" } };
  expect((await project.devenv(["exec", "--", "sh", "-c", 'echo "$TOKEN"'], asked)).stdout).toBe("***\n");
});
