/** `copy(".")`: what of a project never goes into its image, what does with a warning, and what a lock then says. */
import { linkSync } from "node:fs";
import { expect, it } from "vitest";
import { configText, openTestProject } from "../support/test-project.ts";

const value = "copied-tok-1234";

it("takes no secret, no overrides and no lock into an image, and names what it takes by chance", async () => {
  const config = (from: string) => `image: { from: "devenv-test/base:bookworm", layers: [copy("${from}", "/app/")] },
    secrets: { TOKEN: { file: "keys/token.txt" } }, envFile: ["dev.vars"], workspace: { volumes: ["node_modules"] },\n`;
  await using project = openTestProject("copied", config("."), {
    "keys/token.txt": `${value}\n`,
    "keys/readme.txt": "how to get the token",
    "devenv.local.mjs": "export default { env: { A: '1' } };",
    "sub/devenv.local.ts": "export default {};",
    ".env": "A=1\n",
    "dev.vars": "B=1\n",
    ".env.example": "A=\n",
    ".git/HEAD": "ref: refs/heads/main\n",
    "src/main.txt": "main",
  });
  linkSync(`${project.path}/keys/token.txt`, `${project.path}/src/same-file`);
  const locked = await project.devenv(["lock"], { timeoutMs: 120_000 });
  expect(locked.stderr).toContain(
    "`image.layers[0]` copies `.env`, `.git`, `dev.vars` into the image; to leave it out, add to `.dockerignore` the line `.env` and the line `.git` and the line `dev.vars`\n",
  );
  expect(locked.exitCode).toBe(0);

  // `up` makes the mount point of the volume
  expect(await project.devenv(["up", "--frozen"], { timeoutMs: 120_000 })).toMatchObject({ exitCode: 0 });
  const { stdout } = await project.devenv(["exec", "--", "sh", "-c", "cd /app && find . -type f | sort"]);
  expect(stdout.trim().split("\n")).toEqual([
    "./.env",
    "./.env.example",
    "./.git/HEAD",
    "./dev.vars",
    "./devenv.config.mjs",
    "./keys/readme.txt",
    "./src/main.txt",
  ]);
  expect(await project.devenv(["lock", "--check"])).toMatchObject({ exitCode: 0 });
  expect(await project.devenv(["verify"], { timeoutMs: 120_000 })).toMatchObject({ exitCode: 0 });

  const refused = async (from: string) => {
    project.write({ "devenv.config.mjs": configText("copied", config(from)) });
    return (await project.devenv(["build"])).stderr;
  };
  expect(
    await refused("keys/token.txt"),
  ).toBe(`error: \`image.layers[0]\` copies \`keys/token.txt\`, which never goes into an image: it is the file of secret \`TOKEN\`

hint: give the secret to the command that needs it: \`run(…, { secrets: [NAME] })\`; in a container it is a file in \`/run/secrets\`
`);
  expect(await refused("src/same-file")).toContain("it is the file of secret `TOKEN`");
  expect(await refused("devenv.local.mjs")).toContain("it holds the overrides of one developer");
  expect(await refused("devenv-lock.json")).toContain("it says what the image holds, and would change it");
});
