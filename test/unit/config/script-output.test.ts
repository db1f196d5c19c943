import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../support/temporary-folder.ts";

const load = fileURLToPath(new URL("../../../src/config/load.ts", import.meta.url));

/** In a process of its own: the streams of this one are the runner's. */
async function loaded(cwd: string): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const script = `
    const { loadConfig } = await import(${JSON.stringify(load)});
    const self = { uid: process.getuid?.(), platform: process.platform };
    const { config } = await loadConfig({ cwd: ${JSON.stringify(cwd)}, context: { ci: false, env: {} }, self, devenvUrl: "data:text/javascript," });
    console.log("asked for: " + config.name);
    await new Promise((resolve) => setTimeout(resolve, 50));
    console.log("and more");
  `;
  return promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script]);
}

it("keeps stdout for what was asked for, whatever a config and its modules print and when", async () => {
  using folder = temporaryFolder({
    "devenv.config.mjs": `
      import "./helper.mjs";
      console.log("top");
      process.stdout.write("written\\n");
      setTimeout(() => console.log("late"), 10);
      export default async () => {
        console.info("function");
        await Promise.resolve();
        process.stdout.write("awaited\\n");
        return { name: "printing", image: "a" };
      };
    `,
    "helper.mjs": `console.log("imported");`,
    "devenv.local.mjs": `console.log("local"); export default {};`,
  });
  const { stdout, stderr } = await loaded(folder.path);
  expect(stdout).toBe("asked for: printing\nand more\n");
  expect(stderr.split("\n")).toEqual(
    expect.arrayContaining(["imported", "top", "written", "function", "awaited", "local", "late"]),
  );
});
