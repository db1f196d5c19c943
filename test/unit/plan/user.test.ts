import { expect, it } from "vitest";
import { mapUser } from "../../../src/plan/user.ts";

const files = {
  passwd:
    "root:x:0:0:root:/root:/bin/bash\nnode:x:1000:1000::/home/node:/bin/sh\ndev:x:1001:1001::/home/dev:/bin/bash\n",
  group: "root:x:0:\nnode:x:1000:\naudio:x:29:dev\ndev:x:1001:\n",
};

it("gives a user other ids, before one of the image that has them already", () => {
  expect(mapUser(files, "dev", { uid: 1000, gid: 1000 })).toEqual({
    name: "dev",
    home: "/home/dev",
    before: { uid: 1001, gid: 1001 },
    passwd:
      "dev:x:1000:1000::/home/dev:/bin/bash\nroot:x:0:0:root:/root:/bin/bash\nnode:x:1000:1000::/home/node:/bin/sh\n",
    group: "dev:x:1000:\nroot:x:0:\nnode:x:1000:\naudio:x:29:dev\n",
  });
});

it("makes a user that the image does not have", () => {
  expect(
    mapUser({ passwd: "root:x:0:0:root:/root:/bin/bash\n", group: "root:x:0:\n" }, "dev", { uid: 501, gid: 20 }),
  ).toEqual({
    name: "dev",
    home: "/home/dev",
    before: undefined,
    passwd: "dev:x:501:20::/home/dev:/bin/sh\nroot:x:0:0:root:/root:/bin/bash\n",
    group: "dev:x:20:\nroot:x:0:\n",
  });
});

it("finds a user by its id, and gives one without a name a name", () => {
  expect(mapUser(files, "1000", { uid: 7, gid: 7 })).toMatchObject({ name: "node", home: "/home/node" });
  expect(mapUser({ passwd: "", group: "" }, "4242:4242", { uid: 7, gid: 7 })).toMatchObject({
    name: "dev",
    passwd: "dev:x:7:7::/home/dev:/bin/sh\n",
  });
});

it.each(["", "/", "/nonexistent"])("gives a user whose home is %j one that it can write to", (home) => {
  const passwd = `nobody:x:65534:65534:nobody:${home}:/usr/sbin/nologin\n`;
  expect(mapUser({ passwd, group: "" }, "nobody", { uid: 7, gid: 7 })).toMatchObject({
    home: "/home/nobody",
    passwd: "nobody:x:7:7:nobody:/home/nobody:/usr/sbin/nologin\n",
  });
});

it("keeps a shared group of another name, and lets the mapped id have a name of the user's own", () => {
  const shared = { passwd: "dev:x:1001:100::/home/dev:/bin/sh\n", group: "users:x:100:\n" };
  expect(mapUser(shared, "dev", { uid: 5, gid: 6 })).toMatchObject({
    passwd: "dev:x:5:6::/home/dev:/bin/sh\n",
    group: "users:x:6:\nusers:x:100:\n",
  });
});

it("is the same when it is done twice", () => {
  const once = mapUser(files, "dev", { uid: 1000, gid: 1000 });
  expect(mapUser(once, "dev", { uid: 1000, gid: 1000 })).toEqual({ ...once, before: { uid: 1000, gid: 1000 } });
});
