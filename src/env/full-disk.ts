import { statfs } from "node:fs/promises";
import type { Engine } from "../engine/engine.ts";
import { devenvError, type ErrorCode, isDevenvError } from "../errors.ts";

/** With less than that left an engine fails in many ways, and with many words. */
const fullBytes = 32e6;
const lookMs = 25;
/** Errors that may have a full disk behind them. */
const vague: readonly ErrorCode[] = ["ENGINE_FAILED", "ENGINE_LOST", "IMAGE_BUILD_FAILED"];

export interface FullDiskOptions {
  /** The engine takes away what it had written when the work fails, so look all the time. */
  readonly watch: boolean;
}

/** Do what may fill the disk of an engine; throws DISK_FULL for what failed while it was full, where that can be known. */
export async function tellFullDisk<Value>(
  engine: Engine,
  { watch }: FullDiskOptions,
  work: () => Promise<Value>,
): Promise<Value> {
  const disk = watchDisk(engine, watch);
  if (watch) await disk.leastFree();
  try {
    return await work();
  } catch (error) {
    const full = vague.some((code) => isDevenvError(error, code)) ? await disk.leastFree() : undefined;
    if (full === undefined || full.freeBytes > fullBytes) throw error;
    throw devenvError("DISK_FULL", { ...full, reason: (error as Error).message }, error);
  } finally {
    disk.stop();
  }
}

interface Disk {
  readonly folder: string;
  readonly freeBytes: number;
}

interface DiskWatch {
  /** Undefined where the engine's disk is not one of this machine. */
  leastFree(): Promise<Disk | undefined>;
  stop(): void;
}

function watchDisk(engine: Engine, watch: boolean): DiskWatch {
  let least: Disk | undefined;
  let root: Promise<string | undefined> | undefined;
  const look = async () => {
    root ??= dataRoot(engine);
    const folder = await root;
    const disk = folder === undefined ? undefined : await statfs(folder).catch(() => undefined);
    if (folder === undefined || disk === undefined) return;
    const freeBytes = disk.bavail * disk.bsize;
    if (least === undefined || freeBytes < least.freeBytes) least = { folder, freeBytes };
  };
  const timer = watch ? setInterval(() => void look(), lookMs) : undefined;
  return {
    leastFree: async () => {
      await look();
      return least;
    },
    stop: () => clearInterval(timer),
  };
}

/** Only an engine behind a local socket may keep its data on this machine. */
async function dataRoot(engine: Engine): Promise<string | undefined> {
  if (!engine.address.startsWith("unix:")) return undefined;
  return (await engine.info().catch(() => undefined))?.dataRoot;
}
