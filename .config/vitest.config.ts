import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL("..", import.meta.url));
interface ProjectOptions {
  readonly timeoutMs: number;
  /** Modules of test/support that run once before the tests. */
  readonly setup?: readonly string[];
  readonly isSerial?: boolean;
}

const project = (name: string, { timeoutMs, setup = [], isSerial = false }: ProjectOptions) => ({
  extends: true as const,
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
    globalSetup: setup.map((file) => `${root}test/support/${file}`),
    fileParallelism: !isSerial,
  },
});

/** `unit` needs no engine; `engine` and `cli` run on the real one, `examples` brings each example up, `slow` and `alpine` are left out of `npm test`. */
export default defineConfig({
  root,
  resolve: { alias: { devenv: `${root}src/index.ts` } },
  test: {
    projects: [
      project("unit", { timeoutMs: 15_000 }),
      project("engine", { timeoutMs: 300_000, setup: ["base-image.ts"] }),
      project("cli", { timeoutMs: 300_000, setup: ["build-once.ts", "base-image.ts"] }),
      project("slow", { timeoutMs: 600_000, setup: ["build-once.ts", "base-image.ts"] }),
      project("alpine", { timeoutMs: 600_000, setup: ["alpine-image.ts"] }),
      project("examples", { timeoutMs: 600_000, setup: ["build-once.ts"], isSerial: true }),
    ],
  },
});
