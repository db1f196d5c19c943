/** Presets: what a language needs, as a group of the primitive layers. Plain data, like the layers. */
import { devenvError } from "../errors.ts";
import { apt, archive, env, type LayerGroup, type PerPlatform, run } from "./layers.ts";

/** What `node()` installs when no version is given. */
export const DEFAULT_NODE_VERSION = "24.21.0";

/** The npm of `node()`: the npm packages of Node carry Node alone. */
export const DEFAULT_NPM_VERSION = "11.21.2";

export interface NodeOptions {
  /** `npm` (the default): from the npm registry, also behind a mirror; `dist`: nodejs.org; or the address of a mirror of its `dist` folder. */
  from?: "npm" | "dist" | `http://${string}` | `https://${string}`;
  /** Exact version of npm. */
  npm?: string;
}

/** Node and npm in /usr/local: `node("24.21.0")`. */
export function node(version: string = DEFAULT_NODE_VERSION, options: NodeOptions = {}): LayerGroup {
  requireVersion({ preset: "node", version, pattern: EXACT, example: DEFAULT_NODE_VERSION });
  const source = options.from ?? "npm";
  const nodeArchive = archive({ url: nodeUrl(version, source), to: "/usr/local", strip: 1 });
  if (source === "npm") return [nodeArchive, ...npm(options.npm ?? DEFAULT_NPM_VERSION)];
  if (options.npm === undefined) return [nodeArchive];
  return [nodeArchive, run(`rm -rf ${NPM_FOLDER}`), ...npm(options.npm)];
}

/** Python 3 of the distribution with `venv` and `pip`, or one of its other versions: `python("3.11")`. */
export function python(version?: string): LayerGroup {
  if (version === undefined) return [apt("python3", "python3-venv", "python3-pip", "python-is-python3"), systemPip];
  requireVersion({ preset: "python", version, pattern: /^3\.\d+$/, example: "3.11" });
  return [
    apt(`python${version}`, `python${version}-venv`, "python3-pip"),
    run(["python", "python3"].map((name) => `ln -sf /usr/bin/python${version} /usr/local/bin/${name}`)),
    systemPip,
  ];
}

/** Go of the distribution, or an exact version from go.dev: `go("1.24.5")`. */
export function go(version?: string): LayerGroup {
  if (version === undefined) return [apt("golang-go")];
  requireVersion({ preset: "go", version, pattern: EXACT, example: "1.24.5" });
  const url = perPlatform((arch) => `https://go.dev/dl/go${version}.linux-${arch}.tar.gz`);
  return [archive({ url, to: "/usr/local" }), env({ PATH: "/usr/local/go/bin:$PATH" })];
}

const EXACT = /^\d+\.\d+\.\d+$/;
const NPM_FOLDER = "/usr/local/lib/node_modules/npm";

// Debian's pip refuses to install outside a virtual environment; the container itself is one.
const systemPip = env({ PIP_BREAK_SYSTEM_PACKAGES: "1" });

function nodeUrl(version: string, source: string): PerPlatform {
  if (source === "npm") return perPlatform((arch) => `npm:node-linux-${nodeArch(arch)}@${version}`);
  const mirror = source === "dist" ? "https://nodejs.org/dist" : source.replace(/\/+$/, "");
  return perPlatform((arch) => `${mirror}/v${version}/node-v${version}-linux-${nodeArch(arch)}.tar.gz`);
}

function npm(version: string): LayerGroup {
  requireVersion({ preset: "npm", version, pattern: EXACT, example: DEFAULT_NPM_VERSION });
  const link = (name: string): string => `ln -sf ../lib/node_modules/npm/bin/${name}-cli.js /usr/local/bin/${name}`;
  return [
    archive({ url: `npm:npm@${version}`, to: NPM_FOLDER, strip: 1 }),
    // npm itself sets these bits when it installs a package; not every archive has them.
    run([`chmod 0755 ${NPM_FOLDER}/bin/*.js`, link("npm"), link("npx")]),
  ];
}

function perPlatform(print: (arch: "amd64" | "arm64") => string): PerPlatform {
  return { "linux/amd64": print("amd64"), "linux/arm64": print("arm64") };
}

function nodeArch(arch: "amd64" | "arm64"): string {
  return arch === "amd64" ? "x64" : arch;
}

interface VersionRule {
  readonly preset: string;
  readonly version: string;
  readonly pattern: RegExp;
  readonly example: string;
}

function requireVersion({ preset, version, pattern, example }: VersionRule): void {
  if (!pattern.test(version)) throw devenvError("VERSION_INEXACT", { preset, version, example });
}
