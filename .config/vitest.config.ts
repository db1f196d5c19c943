import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const root = fileURLToPath(new URL("..", import.meta.url));
const project = (name: string, options: { timeoutMs?: number; workers?: number; built?: boolean } = {}) => ({
  extends: true as const,
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    testTimeout: options.timeoutMs ?? 5_000,
    hookTimeout: options.timeoutMs ?? 5_000,
    ...(options.built === true ? { globalSetup: [`${root}test/support/build-once.ts`] } : {}),
    ...(options.workers === undefined ? {} : { maxWorkers: options.workers }),
  },
});

/** `unit` needs no engine; `engine` and `cli` run on the real one, `examples` brings each example up. `built` ones run the bundle. */
export default defineConfig({
  root,
  resolve: { alias: { devenv: `${root}src/index.ts` } },
  test: {
    projects: [
      project("unit", { timeoutMs: 15_000 }),
      project("engine", { timeoutMs: 300_000 }),
      project("cli", { timeoutMs: 300_000, built: true }),
      project("examples", { timeoutMs: 600_000, built: true }),
    ],
  },
});
