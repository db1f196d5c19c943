import { expect, it } from "vitest";
import { detectGo } from "../../../../src/onboard/init/detect-go.ts";
import { suites } from "../../../../src/onboard/init/suites.ts";
import { projectFolder } from "../../../support/project-folder.ts";

const candidateOf = (goMod: string, files: Readonly<Record<string, string>> = {}) => {
  const candidate = detectGo(projectFolder({ "go.mod": goMod, ...files }));
  if (candidate === undefined) throw new Error("no Go project");
  return candidate;
};

it("a folder without go.mod is no Go project", () => {
  expect(detectGo(projectFolder({ "main.go": "" }))).toBeUndefined();
});

it.each([
  ["go 1.19\n", "bookworm", "go()", "golang:1.19-bookworm"],
  ["go 1.22\n", "trixie", "go()", "golang:1.22-bookworm"],
  ["go 1.21.3\ntoolchain go1.24.1\n", "trixie", "go()", "golang:1.24.1-bookworm"],
  ["go 1.26.2\n", undefined, 'go("1.26.2")', "golang:1.26.2-bookworm"],
  ["", "bookworm", "go()", "golang:1-bookworm"],
])("a go.mod with %j is met by Debian %s", (lines, suiteName, code, image) => {
  const candidate = candidateOf(`module example.com/tool\n\n${lines}`);
  const suite = suites.find((one) => candidate.fits(one));
  expect([suite?.name, candidate.image]).toEqual([suiteName, image]);
  const part = candidate.partOn({ suite: suite ?? suites[0], isBrought: false });
  expect(part.layers.map((layer) => layer.code)).toEqual([code]);
});

it.each([
  ["module example.com/acme/tool\n", "tool"],
  ["module example.com/acme/tool/v2\n", "tool"],
  ["module tool // comment\n", "tool"],
  ["\n", undefined],
])("the module path gives the name: %j", (goMod, name) => {
  expect(candidateOf(goMod).name).toBe(name);
});

it("modules are downloaded where there are any, and a main package is run", () => {
  const base = { suite: suites[0], isBrought: false };
  expect(candidateOf("module tool\n").partOn(base)).toMatchObject({
    create: [],
    volumes: [],
    tasks: { test: "go test ./...", build: "go build ./..." },
  });
  expect(candidateOf("module tool\n", { "go.sum": "", "main.go": "" }).partOn(base)).toMatchObject({
    create: ["go mod download"],
    tasks: { test: "go test ./...", dev: "go run .", build: "go build ./..." },
  });
});
