import type { ProjectFolder } from "./folder.ts";
import type { Candidate, LayerCode } from "./part.ts";
import { compareVersions, type Suite, type Version } from "./suites.ts";

/** A folder with a go.mod. */
export function detectGo(folder: ProjectFolder): Candidate | undefined {
  const text = folder.read("go.mod");
  if (text === undefined) return undefined;
  const version = goVersionOf(text);
  const fits = (suite: Suite) => compareVersions(version ?? suite.go, suite.go) <= 0;
  return {
    language: "go",
    name: moduleName(text),
    packageManager: "go",
    image: `golang:${version === undefined ? "1" : version.slice(0, version[2] === 0 ? 2 : 3).join(".")}-bookworm`,
    fits,
    partOn: ({ suite, isBrought }) => ({
      title: isBrought ? "Go of the base image" : `Go ${(fits(suite) ? suite.go : (version ?? suite.go)).join(".")}`,
      reason: version === undefined ? undefined : "go.mod",
      packages: [],
      layers: isBrought ? [] : [goLayer(version, fits(suite))],
      env: {},
      volumes: [],
      create: folder.entries.includes("go.sum") ? ["go mod download"] : [],
      tasks: {
        test: "go test ./...",
        ...(folder.entries.includes("main.go") ? { dev: "go run ." } : {}),
        build: "go build ./...",
      },
    }),
  };
}

/** The toolchain that is asked for, else the oldest Go that the module is written for. */
function goVersionOf(text: string): Version | undefined {
  const [, toolchain] = /^toolchain\s+go(\d+\.\d+\.\d+)/m.exec(text) ?? [];
  const [, language] = /^go\s+(\d+\.\d+(?:\.\d+)?)/m.exec(text) ?? [];
  const stated = toolchain ?? language;
  if (stated === undefined) return undefined;
  const [major = 1, minor = 0, patch = 0] = stated.split(".").map(Number);
  return [major, minor, patch];
}

function goLayer(version: Version | undefined, isInSuite: boolean): LayerCode {
  const comment = version === undefined ? undefined : `go.mod: ${version.join(".")}`;
  if (isInSuite)
    return { layer: "go", code: "go()", comment: comment === undefined ? undefined : `${comment} or newer` };
  return { layer: "go", code: `go("${version?.join(".")}")`, comment };
}

/** The last part of the module path that is no version: `example.com/acme/tool/v2` → `tool`. */
function moduleName(text: string): string | undefined {
  const [, path = ""] = /^module\s+"?([^\s"]+)/m.exec(text) ?? [];
  return path.split("/").findLast((part) => part !== "" && !/^v\d+$/.test(part));
}
