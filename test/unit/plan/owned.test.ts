import { describe, expect, it } from "vitest";
import { workspaceId } from "../../../src/plan/container.ts";
import { ownLabels } from "../../../src/plan/labels.ts";
import {
  type Claimant,
  isOfCi,
  ownerOf,
  readOwner,
  readSecretVariables,
  readSyncId,
  readTarget,
} from "../../../src/plan/owned.ts";
import { ownVolume, workspaceVolume } from "../../../src/plan/volumes.ts";

const root = "/home/ada/shop";
const workspace = { root, id: workspaceId(root), folder: "0123456789ab" };
const volumeOf = (what: string) => ownVolume({ project: "shop", workspace, environment: { name: "dev" } }, what);
const { labels } = volumeOf("/history");
const history = volumeOf("/history").name;
const name = `shop-dev-${workspace.id.slice(0, 8)}`;
const tag = `localhost/shop/dev:${"a".repeat(64)}`;

describe("the labels of an owner", () => {
  it("are read as they were written", () => {
    const { id, folder } = workspace;
    expect(readOwner(labels)).toEqual({ project: "shop", environment: "dev", workspace: id, root, folder });
    expect(
      readOwner({ ...labels, "devenv.root": "C:\\shop", "devenv.workspace": workspaceId("C:\\shop") }),
    ).toBeDefined();
    const { "devenv.folder": _folder, "devenv.root": _root, ...old } = labels;
    expect(readOwner(old)).toMatchObject({ workspace: id, root: undefined, folder: undefined });
  });

  it.each<[string, Record<string, string>]>([
    ["a workspace that leads out of a folder", { "devenv.workspace": "../../../tmp" }],
    ["a workspace of another root", { "devenv.workspace": "0123456789ab" }],
    ["a root that is no path", { "devenv.root": "shop", "devenv.workspace": workspaceId("shop") }],
    ["no workspace", { "devenv.workspace": "" }],
    ["a project that is none", { "devenv.project": "../shop" }],
    ["an environment with an escape sequence", { "devenv.environment": "dev\u001b[2J" }],
    ["an environment as long as nobody's", { "devenv.environment": "a".repeat(300) }],
    ["a folder that is none", { "devenv.folder": "../../folder" }],
  ])("are none with %s", (_name, changed) => {
    expect(readOwner({ ...labels, ...changed })).toBeUndefined();
  });
});

it("takes no label for a path or an argument that is none", () => {
  expect([{ "devenv.sync": "a-b" }, { "devenv.sync": "../x" }, { "devenv.sync": "" }, {}].map(readSyncId)).toEqual([
    "a-b",
    undefined,
    undefined,
    undefined,
  ]);
  expect([{ "devenv.target": "/workspace" }, { "devenv.target": "sub" }, {}].map(readTarget)).toEqual([
    "/workspace",
    undefined,
    undefined,
  ]);
  expect(readSecretVariables({ "devenv.secrets.env": "A,b;touch /x,$(id),C_1" })).toEqual(["A", "C_1"]);
  expect(readSecretVariables({})).toEqual([]);
});

describe("a container", () => {
  const container: Claimant = { name, state: "running", image: tag, labels, volumes: [history] };
  const byId = `sha256:${"b".repeat(64)}`;
  const sync: Claimant = {
    name: `${name}-sync`,
    state: "running",
    image: "localhost/devenv/sync-agent:0123456789ab",
    labels: { ...labels, "devenv.sync": "id" },
    volumes: [volumeOf(workspaceVolume).name],
  };
  const plain = { name: `${name}.image`, state: "created", volumes: undefined };

  it.each<[string, Claimant]>([
    ["as up makes it", container],
    ["whose hooks are not done", { ...container, name: `${name}.create` }],
    ["that somebody renamed", { ...container, name: "mine" }],
    ["whose image has no name any more", { ...container, image: byId, name: `${name}.create.old` }],
    ["of a snapshot", { ...container, image: "localhost/shop/dev/snapshots/0123456789ab:one" }],
    ["of a snapshot from before the project was renamed", { ...container, image: "localhost/store/dev/snapshots:one" }],
    ["of a snapshot of an earlier version", { ...container, image: "localhost/shop/dev/snapshots:one" }],
    [
      "whose volumes have the name of the place before",
      { ...container, volumes: ["x", history.replace(name, "shop-dev-00000000")] },
    ],
    ["whose volumes stand beside those of another workspace", { ...container, volumes: [`${history}-0123`] }],
    ["that keeps the workspace in step", sync],
    ["that keeps it in step, of an image without a name", { ...sync, image: byId }],
    ["that was made to look into an image", { ...container, ...plain }],
    ["that was made to look into a snapshot", { ...container, ...plain, name: `${name}.check` }],
  ])("is an environment's: %s", (_name, one) => {
    expect(ownerOf(one)).toEqual(readOwner(labels));
  });

  const copy = { volumes: undefined, image: "copy" };
  it.each<[string, Claimant]>([
    ["of a committed image", { ...container, ...copy, name: "mine" }],
    ["of a committed image, under the same name", { ...container, ...copy }],
    ["of a committed image that is gone", { ...container, ...copy, image: byId }],
    ["of a committed image, by its id, stopped", { ...container, ...copy, image: byId.slice(7, 19), state: "exited" }],
    ["of a committed image, with the volumes", { ...container, image: "copy", name: "mine" }],
    ["of a committed image that is gone, with the volumes", { ...container, image: byId, name: "mine" }],
    ["of another environment's image", { ...container, image: tag.replace("/dev:", "/test:") }],
    ["of an image that is not checked yet", { ...container, image: "localhost/shop/dev/unchecked:one" }],
    ["of the environment's image, by hand", { ...container, volumes: undefined, name: "mine" }],
    [
      "of a committed image, with volumes of its own",
      { ...container, image: tag, volumes: ["c".repeat(64), "history"] },
    ],
    ["with the volumes of another environment", { ...container, volumes: [history.replace("-dev-", "-other-")] }],
    ["with the volume of another's place", { ...container, volumes: [`${history}-012345`] }],
    ["of a helper that was committed", { ...sync, image: "copy" }],
    ["of a helper that was committed, without volumes", { ...sync, volumes: undefined }],
    ["of a helper that was committed, with another volume", { ...sync, volumes: [history] }],
    ["named as one that looks into an image, that ran", { ...container, ...plain, state: "exited", image: "copy" }],
    ["with labels that do not fit", { ...container, labels: { ...labels, "devenv.root": "/elsewhere" } }],
  ])("is nobody's: %s", (_name, one) => {
    expect(ownerOf(one)).toBeUndefined();
  });
});

describe("a container of a ci run", () => {
  const run: Claimant = {
    name: "shop-dev-ci-0123abcd",
    state: "running",
    image: tag,
    labels: { "devenv.project": "shop", "devenv.environment": "dev", "devenv.ci": "{}" },
  };

  it.each<[string, boolean, Partial<Claimant>]>([
    ["as it is made", true, {}],
    ["that looks into its image", true, { name: "shop-dev-ci-0123abcd.image", state: "created", image: "any" }],
    ["of a committed image", false, { name: "mine", image: "copy" }],
    ["of a committed image, under the same name", false, { image: "copy" }],
    ["under another name", false, { name: "mine" }],
    ["with labels of another project", false, { labels: { ...run.labels, "devenv.project": "other" } }],
    ["whose mark is empty", false, { labels: { ...run.labels, "devenv.ci": "" } }],
  ])("%s: %s", (_name, is, changed) => {
    expect(isOfCi({ ...run, ...changed })).toBe(is);
  });
});

it("leaves no label of devenv to a container that is its image's", () => {
  const image = { "devenv.sync": "x", "devenv.ci": "y", "devenv.project": "other", maintainer: "ada" };
  expect(ownLabels(image, labels)).toEqual({ ...labels, "devenv.sync": "", "devenv.ci": "" });
});
