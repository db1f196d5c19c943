import { devenvError } from "../../errors.ts";
import type { EngineVolumes, VolumeInfo } from "../volumes.ts";
import type { Connection } from "./connection.ts";
import { statusOf } from "./errors.ts";
import { labelFilter } from "./filters.ts";

export function dockerVolumes(connection: Connection): EngineVolumes {
  return {
    list: (labels) => listVolumes(connection, labels),
    create: async (name, labels) => {
      const json = { Name: name, Labels: labels };
      const made = (await connection.requestJson({
        method: "POST",
        path: "/volumes/create",
        json,
        action: `create volume \`${name}\``,
      })) as Pick<ListedVolume, "Labels">;
      return made.Labels ?? {};
    },
    remove: (name) => removeVolume(connection, name),
    sizes: () => volumeSizes(connection),
  };
}

interface ListedVolume {
  readonly Name: string;
  readonly Labels?: Readonly<Record<string, string>> | null;
  readonly CreatedAt?: string;
  readonly UsageData?: { readonly Size: number } | null;
}

async function listVolumes(connection: Connection, labels: Readonly<Record<string, string>>): Promise<VolumeInfo[]> {
  const { Volumes } = (await connection.requestJson({
    method: "GET",
    path: "/volumes",
    query: { filters: labelFilter(labels) },
    action: "list volumes",
  })) as { readonly Volumes?: readonly ListedVolume[] | null };
  return (Volumes ?? []).map(({ Name, Labels, CreatedAt = "" }) => ({
    name: Name,
    labels: Labels ?? {},
    created: Math.floor(Date.parse(CreatedAt) / 1000) || 0,
  }));
}

async function removeVolume(connection: Connection, name: string): Promise<void> {
  try {
    const path = `/volumes/${encodeURIComponent(name)}`;
    await connection.requestJson({ method: "DELETE", path, action: `remove volume \`${name}\`` });
  } catch (error) {
    if (statusOf(error) === 404) return;
    throw statusOf(error) === 409 ? devenvError("VOLUME_IN_USE", { name }, error) : error;
  }
}

/** Engines before API 1.42 measure all else too: they know no `type`. */
async function volumeSizes(connection: Connection): Promise<ReadonlyMap<string, number>> {
  const { Volumes } = (await connection.requestJson({
    method: "GET",
    path: "/system/df",
    query: { type: "volume" },
    action: "measure volumes",
  })) as { readonly Volumes?: readonly ListedVolume[] | null };
  const known = (Volumes ?? []).filter(({ UsageData }) => (UsageData?.Size ?? -1) >= 0);
  return new Map(known.map(({ Name, UsageData }) => [Name, UsageData?.Size ?? 0]));
}
