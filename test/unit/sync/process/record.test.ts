import { describe, expect, it } from "vitest";
import {
  formerWith,
  type KeptEnvironment,
  knownEnvironment,
  type SyncRecord,
} from "../../../../src/sync/process/record.ts";

function kept(volumeId: string, ignore: readonly string[] = []): KeptEnvironment {
  const whose = { owner: { uid: 1, gid: 1 }, direction: "two-way", conflicts: "wait" } as const;
  const sync = { container: "shop-dev", volume: "shop-dev-workspace", volumeId, platform: "linux/amd64", ...whose };
  return { exclude: [], ignore, watch: [], sync };
}

function record(parts: Partial<SyncRecord>): SyncRecord {
  return { version: 1, project: "shop", root: "/shop", workspace: "1", folder: "2", environments: {}, ...parts };
}

describe("what is known of volumes that were kept in step", () => {
  it("is what they were kept in step with last, also after that ended", () => {
    const environments = { dev: kept("one"), web: kept("two") };
    const former = formerWith(record({ environments }), ["dev"]);
    expect(former).toEqual({ dev: kept("one") });
    const later = record({ environments: { web: kept("two") }, former });
    expect(knownEnvironment(later, "one")).toEqual(kept("one"));
    expect(knownEnvironment(later, "two")).toEqual(kept("two"));
    expect(knownEnvironment(later, "three")).toBeUndefined();
    expect(knownEnvironment(undefined, "one")).toBeUndefined();
  });

  it("stays as it is when it ends twice, and gives way when the volume is kept in step again", () => {
    const former = { dev: kept("one") };
    expect(formerWith(record({ former }), ["dev"])).toEqual(former);
    expect(formerWith(record({ former }), ["dev"], kept("one", ["*.log"]))).toEqual({});
  });

  it("is kept where a workspace is watched from now on, or gets another volume", () => {
    const environments = { dev: kept("one") };
    expect(formerWith(record({ environments }), ["dev"], { ...kept("one"), sync: undefined })).toEqual(environments);
    expect(formerWith(record({ environments }), ["dev"], kept("two"))).toEqual(environments);
  });
});
