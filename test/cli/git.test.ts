/** What git inside needs is there, and what it must not lose is seen; `test/slow/git.test.ts` has git itself at work. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { inFolder, plainConfig } from "../support/cli-project.ts";
import { removeProject } from "../support/remove-project.ts";
import { openRepositories } from "../support/repositories.ts";

const config = plainConfig("git-inside", '  hooks: { create: "cat $(sed s/gitdir:.// .git)/HEAD >/head" },');

it("brings the git folder of a work tree to where `.git` says that it is, and leaves the one beside it a place", async () => {
  using folder = openRepositories({ "devenv.config.ts": config });
  folder.git("main", "worktree", "add", "--quiet", "../beside");
  folder.git("main", "worktree", "add", "--quiet", "../other");
  const beside = inFolder(join(folder.path, "beside"));
  const main = inFolder(join(folder.path, "main"));
  const gitFolder = join(folder.path, "main/.git");
  const seen = (name: string) => `test -e "$(cat ${gitFolder}/worktrees/${name}/gitdir)" && echo ${name}`;
  try {
    const { stderr } = await beside.devenv(["up"]);
    expect(stderr).toContain(`dev  git        the git folder of this worktree is mounted at \`${gitFolder}\`\n`);
    const look = `cat /head; cat $(sed s/gitdir:.// .git)/commondir; ${seen("beside")}; ${seen("other")}`;
    expect(await beside.inside(look)).toEqual(["ref: refs/heads/beside", "../..", "beside", "other"]);
    await beside.inside(`echo written >${gitFolder}/from-inside`);
    expect(folder.git("main", "rev-parse", "--git-path", "from-inside")).toBe(".git/from-inside\n");
    expect(await beside.inside(`cat ${gitFolder}/from-inside; env | grep GIT_CONFIG_.*_0`)).toEqual(
      expect.arrayContaining(["written", "GIT_CONFIG_KEY_0=gc.worktreePruneExpire", "GIT_CONFIG_VALUE_0=never"]),
    );

    // one that is added while it is up is seen by the next `up`, which makes nothing anew
    folder.git("main", "worktree", "add", "--quiet", "../later");
    expect((await beside.json("up")).environments[0]).toMatchObject({ action: "kept" });
    expect(await beside.inside(seen("later"))).toEqual(["later"]);

    writeFileSync(join(folder.path, "beside/.git"), "gitdir: /etc\n");
    const [stale] = (await beside.json("status")).environments;
    expect(stale).toMatchObject({ next: "recreate", stale: ["the git folder removed"] });
    writeFileSync(join(folder.path, "beside/devenv.config.ts"), plainConfig("git-inside"));
    expect((await beside.devenv(["up"])).stderr).toContain(
      `dev  warning    git does not work inside: \`${join(folder.path, "beside/.git")}\` names \`/etc\`, which does not name`,
    );

    await main.json("up");
    const inMain = (name: string) => `test -e "$(cat .git/worktrees/${name}/gitdir)" && echo ${name}`;
    expect(await main.inside(["beside", "other", "later"].map(inMain).join("; "))).toEqual([
      "beside",
      "other",
      "later",
    ]);
  } finally {
    await removeProject("git-inside");
  }
});

it("gives a run of `devenv ci` in a work tree a git folder of its own", async () => {
  using folder = openRepositories({
    "devenv.config.ts": plainConfig(
      "git-ci",
      '  tasks: { test: "d=$(sed s/gitdir:.// .git) && cat $d/HEAD && echo changed >$d/HEAD && cat $d/HEAD" },',
    ),
  });
  folder.git("main", "worktree", "add", "--quiet", "../beside");
  const beside = inFolder(join(folder.path, "beside"));
  try {
    await beside.devenv(["lock"]);
    expect(await beside.devenv(["ci"])).toMatchObject({ exitCode: 0, stdout: "ref: refs/heads/beside\nchanged\n" });
    expect(folder.git("beside", "rev-parse", "--abbrev-ref", "HEAD")).toBe("beside\n");
  } finally {
    await removeProject("git-ci");
  }
});
