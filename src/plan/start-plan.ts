import type { EnvironmentPlan, StartPlan } from "./plan.ts";

/** Exactly that much of a plan: it is written down. */
export function startPlan({ name, hooks, secrets, dotfiles, image, container }: EnvironmentPlan): StartPlan {
  const { tag, platform } = image;
  const { name: containerName, workdir, workspace, user, inputs, mounts, volumes, git } = container;
  return {
    ...{ name, hooks, secrets, dotfiles },
    image: { tag, platform },
    container: { name: containerName, workdir, workspace, user, inputs, mounts, volumes, git },
  };
}
