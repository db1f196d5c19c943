import { connectEngine } from "../../src/engine/docker/connect.ts";
import { projectLabel } from "../../src/plan/labels.ts";
import { testHost } from "./test-host.ts";

/** Remove every container, volume and image of a project from the engine. */
export async function removeProject(project: string): Promise<void> {
  const { containers, images, volumes } = connectEngine(testHost());
  const labels = { [projectLabel]: project };
  for (const { id } of await containers.list(labels)) await containers.remove(id);
  for (const { name } of await volumes.list(labels)) await volumes.remove(name);
  // an image whose tags another one has by now is known by its id alone
  for (const { id, tags } of await images.list(labels)) {
    for (const one of tags.length === 0 ? [id] : tags) await images.remove(one);
  }
  const named = (await images.list({})).flatMap(({ tags }) =>
    tags.filter((tag) => tag.startsWith(`localhost/${project}/`)),
  );
  for (const tag of named) await images.remove(tag);
}
