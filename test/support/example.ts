import { readFileSync } from "node:fs";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { removeProject } from "./remove-project.ts";
import { temporaryFolder } from "./temporary-folder.ts";

export interface Example extends AsyncDisposable {
  /** Absolute. */
  readonly cwd: string;
  /** The text of its config. */
  readonly config: string;
  writeConfig(text: string): void;
}

/** A copy of a project in `examples`, under a name of its own: its images are nobody else's, and are removed with it. */
export async function openExample(name: string): Promise<Example> {
  const source = fileURLToPath(new URL(`../../examples/${name}`, import.meta.url));
  const original = readFileSync(join(source, "devenv.config.ts"), "utf8");
  const project = `${name}-test`;
  const config = original.replace(`name: "${name}"`, `name: "${project}"`);
  if (config === original) throw new Error(`the config of examples/${name} does not say its name`);
  const { path: cwd, write, ...folder } = temporaryFolder();
  await cp(source, cwd, { recursive: true, filter: (path) => !path.includes("node_modules", source.length) });
  const writeConfig = (text: string) => write({ "devenv.config.ts": text });
  writeConfig(config);
  return {
    cwd,
    config,
    writeConfig,
    async [Symbol.asyncDispose]() {
      await removeProject(project);
      folder[Symbol.dispose]();
    },
  };
}
