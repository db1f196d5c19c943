/** A project on disk that the built bundle works on; what it makes is gone afterwards. */
import { removeProject } from "./remove-project.ts";
import { type CliResult, type RunCliOptions, runCli } from "./run-cli.ts";
import { type TemporaryFolder, type Tree, temporaryFolder } from "./temporary-folder.ts";

export interface CliProject extends Omit<TemporaryFolder, typeof Symbol.dispose>, AsyncDisposable {
  devenv(args: readonly string[], options?: RunCliOptions): Promise<CliResult>;
  /** What `devenv ARGS --json` prints. */
  // biome-ignore lint/suspicious/noExplicitAny: what is in it is what the test is about
  json(...args: readonly string[]): Promise<any>;
  /** What a shell command in its only environment prints, by lines. */
  inside(script: string): Promise<readonly string[]>;
}

/** A config of one environment, with these further lines, on the shared base. */
export function plainConfig(name: string, lines = ""): string {
  return `import { defineConfig } from "devenv";
export default defineConfig({
  name: "${name}",
  image: "devenv-test/base:bookworm",
${lines}
});
`;
}

export function openCliProject(name: string, tree: Tree): CliProject {
  const folder = temporaryFolder(tree);
  return {
    ...inFolder(folder.path),
    write: folder.write,
    [Symbol.asyncDispose]: async () => {
      await removeProject(name);
      folder[Symbol.dispose]();
    },
  };
}

/** The commands of a project in another folder. */
export function inFolder(path: string): Pick<CliProject, "path" | "devenv" | "json" | "inside"> {
  const devenv = (args: readonly string[], options: RunCliOptions = {}) => runCli(args, { cwd: path, ...options });
  return {
    path,
    devenv,
    json: async (...args) => {
      const { stdout, stderr } = await devenv([...args, "--json"]);
      try {
        return JSON.parse(stdout);
      } catch {
        throw new Error(`devenv ${args.join(" ")} printed no JSON: ${stdout}${stderr}`);
      }
    },
    inside: async (script) => {
      const { stdout, stderr } = await devenv(["exec", "--", "sh", "-c", script]);
      if (stderr !== "") throw new Error(stderr);
      return stdout.trim().split("\n");
    },
  };
}
