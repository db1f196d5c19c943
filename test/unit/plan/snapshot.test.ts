import { describe, expect, it } from "vitest";
import {
  defaultSnapshotName,
  imageInputs,
  isMadeFrom,
  isSnapshotName,
  readSnapshot,
  reservedNames,
  type SnapshotFacts,
  snapshotTag,
  uncheckedTag,
  writeSnapshot,
} from "../../../src/plan/snapshot.ts";

const container = {
  "devenv.fingerprint": "3f9a",
  "devenv.inputs": '{"image":"3f9a","image.from":"1","ports":"2"}',
  "devenv.uid": "1000",
  "devenv.root": "/home/ada/shop",
};
const facts: SnapshotFacts = {
  project: "shop",
  environment: "dev",
  name: "before-upgrade",
  container,
  image: {},
  user: "dev",
  git: { commit: "abc", dirty: true },
  message: "works",
  created: new Date("2026-11-24T14:15:00.123Z"),
};
const id = "0123456789ab";
const tag = `localhost/shop/dev/snapshots/${id}:before-upgrade`;

describe("a snapshot's name", () => {
  it.each(["a", "20261124-141500", "v1.2_x", "_", "List"])("may be `%s`", (name) =>
    expect(isSnapshotName(name)).toBe(true),
  );
  it.each(["", ".a", "-a", "a/b", "a b", "ä", "a:b", "a".repeat(129), ...reservedNames])("may not be `%s`", (name) =>
    expect(isSnapshotName(name)).toBe(false),
  );
  it("is the time by default", () => {
    expect(defaultSnapshotName(new Date(2026, 10, 4, 9, 5, 7))).toBe("20261104-090507");
  });
});

describe("a snapshot's labels", () => {
  it("are read as they were written", () => {
    expect(readSnapshot({ tags: [tag], labels: writeSnapshot(facts) })).toEqual({
      project: "shop",
      environment: "dev",
      ...{ id, name: "before-upgrade", tag },
      created: "2026-11-24T14:15:00.123Z",
      fingerprint: "3f9a",
      inputs: { image: "3f9a", "image.from": "1" },
      message: "works",
      parent: undefined,
      git: { commit: "abc", dirty: true },
      user: "dev",
      uid: 1000,
    });
  });

  it("tell nothing that nobody said, nor of the host", () => {
    const labels = writeSnapshot({ ...facts, git: undefined, message: undefined, container: {} });
    const { message, git, uid, parent } = readSnapshot({ tags: [tag], labels }) ?? {};
    expect({ message, git, uid, parent }).toEqual({});
    expect(JSON.stringify(writeSnapshot(facts))).not.toContain("/home/ada");
  });

  it("name the image below also where the config has changed since a snapshot was restored", () => {
    const restored = { ...container, "devenv.snapshot": "first" };
    const image = { "devenv.fingerprint": "old", "devenv.inputs": '{"image":"old"}' };
    const labels = writeSnapshot({ ...facts, container: restored, image });
    expect(readSnapshot({ tags: [tag], labels })).toMatchObject({
      parent: "first",
      fingerprint: "old",
      inputs: { image: "old" },
    });
  });

  it("make no snapshot of an image with another name", () => {
    const labels = writeSnapshot(facts);
    const unchecked = "localhost/shop/dev/unchecked:before-upgrade";
    expect(readSnapshot({ tags: [unchecked], labels })).toBeUndefined();
    expect(readSnapshot({ tags: [tag], labels: {} })).toBeUndefined();
    expect(readSnapshot({ tags: [tag.replace("/dev/", "/test/"), "shop/dev/snapshots:x"], labels })).toBeUndefined();
  });

  it("are those of one of an earlier version too, whose name tells of no project", () => {
    const before = "localhost/shop/dev/snapshots:before-upgrade";
    expect(readSnapshot({ tags: [before], labels: writeSnapshot(facts) })).toMatchObject({
      id: undefined,
      tag: before,
    });
    expect(snapshotTag({ ...facts, id })).toBe(tag);
    expect(uncheckedTag({ ...facts, id })).toBe(`localhost/shop/dev/unchecked/${id}:before-upgrade`);
  });
});

it("a container is made from a snapshot of its name whose image it has", () => {
  const snapshot = { name: "one", tag: "localhost/shop/dev/snapshots/0123456789ab:one", image: "sha256:3f9a" };
  const labels = { "devenv.snapshot": "one" };
  expect([snapshot.tag, "sha256:3f9a", "3f9a"].map((image) => isMadeFrom({ image, labels }, snapshot))).toEqual([
    true,
    true,
    true,
  ]);
  expect(isMadeFrom({ image: "localhost/shop/dev/snapshots:one", labels }, snapshot)).toBe(false);
  expect(isMadeFrom({ image: snapshot.tag, labels: {} }, snapshot)).toBe(false);
});

it("the inputs of the image are told from those of the container", () => {
  expect(imageInputs({ image: "1", "image.from": "2", "env.image": "3", imageless: "4" })).toEqual({
    image: "1",
    "image.from": "2",
  });
});
