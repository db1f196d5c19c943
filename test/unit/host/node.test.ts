import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { cacheFolder } from "../../../src/host/cache-folder.ts";
import { findProgram } from "../../../src/host/find-program.ts";
import { nodeHost } from "../../../src/host/node.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { thrown } from "../../support/thrown.ts";

const { processes } = nodeHost();

describe("running a program", () => {
  it("gives its output and exit code", async () => {
    const output = await processes.run("sh", ["-c", "echo out; echo err >&2; exit 3"], { allowFailure: true });
    expect(output).toEqual({ exitCode: 3, stdout: "out\n", stderr: "err\n" });
  });

  it("hands it input, a folder and variables", async () => {
    using folder = temporaryFolder();
    const options = { input: "in", cwd: folder.path, env: { GREETING: "hello" } };
    const { stdout } = await processes.run("sh", ["-c", 'cat; pwd; echo "$GREETING"'], options);
    expect(stdout).toBe(`in${folder.path}\nhello\n`);
  });

  it("tells each line while it runs", async () => {
    const lines: string[] = [];
    await processes.run("sh", ["-c", "echo one; echo two; printf three"], { onLine: (line) => lines.push(line) });
    expect(lines).toEqual(["one", "two", "three"]);
  });

  it("fails with the program's last lines", async () => {
    expect(await thrown(processes.run("sh", ["-c", "seq 30; exit 7"]))).toEqual({
      code: "PROGRAM_FAILED",
      text: `\`sh\` failed with exit code 7:\n${Array.from({ length: 20 }, (_, index) => index + 11).join("\n")}`,
    });
  });

  it("counts a program that a signal ended as a shell does", async () => {
    const { exitCode } = await processes.run("sh", ["-c", "kill -9 $$"], { allowFailure: true });
    expect(exitCode).toBe(137);
  });

  it("says that there is no such program", async () => {
    expect(await thrown(processes.run("devenv-no-such-program", []))).toEqual({
      code: "PROGRAM_MISSING",
      text: "The program `devenv-no-such-program` is not installed\n\nhint: run `devenv doctor --fix`, or install it with your package manager",
    });
  });

  it("says that a program cannot be executed", async () => {
    using folder = temporaryFolder({ tool: "echo" });
    expect((await thrown(processes.run(join(folder.path, "tool"), []))).code).toBe("PROGRAM_FAILED");
  });

  it("does not start when it is aborted already", async () => {
    using folder = temporaryFolder();
    const signal = AbortSignal.abort(new Error("stop"));
    await expect(processes.run("touch", [join(folder.path, "made")], { signal })).rejects.toThrow("stop");
    expect(await findProgram(join(folder.path, "made"), process)).toBeUndefined();
  });

  it("ends on an abort with all that it started", async () => {
    using folder = temporaryFolder();
    const pidFile = join(folder.path, "pid");
    const controller = new AbortController();
    const run = processes.run("sh", ["-c", `sleep 100 & echo $! > ${pidFile}; wait`], { signal: controller.signal });
    const grandchild = await readPid(pidFile);
    controller.abort(new Error("stop"));
    await expect(run).rejects.toThrow("stop");
    expect(await hasEnded(grandchild)).toBe(true);
  });
});

describe("starting a program that outlives devenv", () => {
  it("gives it a session of its own and its output to the file", async () => {
    using folder = temporaryFolder();
    const log = join(folder.path, "logs", "log");
    const script = "ps -o sid= -p $$ 2>/dev/null || cut -d' ' -f6 /proc/$$/stat; echo started; exec sleep 100";
    const pid = await processes.startDetached("sh", ["-c", script], { logFile: log });
    try {
      await expect.poll(() => readFileSync(log, "utf8")).toContain("started");
      expect(readFileSync(log, "utf8").split("\n")[0]?.trim()).toBe(String(pid));
    } finally {
      process.kill(pid);
    }
  });

  it("says that there is no such program", async () => {
    using folder = temporaryFolder();
    const start = processes.startDetached("devenv-no-such-program", [], { logFile: join(folder.path, "log") });
    expect((await thrown(start)).code).toBe("PROGRAM_MISSING");
  });
});

describe("finding a program", () => {
  it("takes the first executable file on PATH", async () => {
    using folder = temporaryFolder({
      "a/tool": "no program",
      "b/tool": { text: "", mode: 0o755 },
      "c/tool": { text: "", mode: 0o755 },
      "a/other/file": "",
    });
    const PATH = ["a", "b", "c"].map((name) => join(folder.path, name)).join(":");
    expect(await findProgram("tool", { platform: "linux", env: { PATH } })).toBe(join(folder.path, "b/tool"));
    expect(await findProgram("other", { platform: "linux", env: { PATH } })).toBeUndefined();
  });

  it("never takes one from the working folder", async () => {
    expect(await findProgram("package.json", { platform: "linux", env: { PATH: ".:" } })).toBeUndefined();
  });
});

describe("the cache folder", () => {
  it.each([
    ["linux", {}, "/home/ada/.cache/devenv"],
    ["linux", { XDG_CACHE_HOME: "/var/cache/ada" }, "/var/cache/ada/devenv"],
    ["linux", { XDG_CACHE_HOME: "relative" }, "/home/ada/.cache/devenv"],
    ["darwin", {}, "/home/ada/Library/Caches/devenv"],
    ["darwin", { XDG_CACHE_HOME: "/var/cache/ada" }, "/var/cache/ada/devenv"],
  ] as const)("follows the convention of %s with %o", (platform, env, folder) => {
    expect(cacheFolder({ platform, env, home: "/home/ada" })).toBe(folder);
  });

  it("follows the convention of Windows", () => {
    const env = { LOCALAPPDATA: "C:\\Users\\ada\\AppData\\Local" };
    const folder = "C:\\Users\\ada\\AppData\\Local\\devenv\\Cache";
    expect(cacheFolder({ platform: "win32", env, home: "C:\\Users\\ada" })).toBe(folder);
    expect(cacheFolder({ platform: "win32", env: {}, home: "C:\\Users\\ada" })).toBe(folder);
  });
});

async function readPid(file: string): Promise<number> {
  let pid = Number.NaN;
  await expect
    .poll(() => {
      pid = Number.parseInt(readFileSync(file, "utf8"), 10);
      return pid;
    })
    .toBeGreaterThan(0);
  return pid;
}

/** Gone, or a zombie: PID 1 of a container may never wait for it. */
async function hasEnded(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 50; tries += 1) {
    try {
      if (/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"))) return true;
    } catch {
      return true;
    }
    await setTimeout(20);
  }
  return false;
}
