import { ciLabel, folderLabel, type Labels, labelOf, projectIdLabel, projectLabel, workspaceLabel } from "./labels.ts";
import type { Workspace } from "./plan.ts";

interface Labelled {
  readonly labels: Labels;
}

export interface Membership {
  readonly project: string;
  /** Ids of the project. */
  readonly known: ReadonlySet<string>;
  readonly workspace: Workspace;
  /** Of all projects. */
  readonly containers: readonly Labelled[];
  readonly volumes: readonly Labelled[];
}

/**
 * Whether a container or a volume is the project's, of this workspace or of another one: by the id that it carries.
 * One of an earlier version has none: it is as what else there is of its workspace, or stands in this workspace.
 */
export function membership(input: Membership): (one: Labelled) => boolean {
  const { project, known, workspace } = input;
  const ids = Map.groupBy([...input.containers, ...input.volumes], ({ labels }) => labelOf(labels, workspaceLabel));
  return ({ labels }) => {
    const [id, place, folder] = [projectIdLabel, workspaceLabel, folderLabel].map((name) => labelOf(labels, name));
    const isNamed = labelOf(labels, projectLabel) === project;
    const isHere = isNamed && (place === workspace.id || folder === workspace.folder);
    // a folder without history that was made anew has another identity, and the same place
    if (id !== undefined) return known.has(id) || (isHere && id === folder);
    // what a run has left holds nothing
    if (isHere || (isNamed && labelOf(labels, ciLabel) !== undefined)) return true;
    const others =
      place === undefined ? [] : (ids.get(place) ?? []).flatMap((one) => labelOf(one.labels, projectIdLabel) ?? []);
    return isNamed && others.length > 0 && others.every((other) => known.has(other));
  };
}
