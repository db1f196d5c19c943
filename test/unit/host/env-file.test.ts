import { expect, it } from "vitest";
import { readEnvFiles } from "../../../src/host/env-file.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { thrown } from "../../support/thrown.ts";

const key = "environments.dev.envFile";

it("reads variables as Node.js does, a later file winning", async () => {
  using project = temporaryFolder({
    ".env": "\uFEFFA=1\r\nexport B='two words' # why\nC=\"line 1\nline 2\"\n",
    "config/local.env": "A=local\n",
  });
  expect(await readEnvFiles(project.path, [".env", "config/local.env"], key)).toEqual({
    A: "local",
    B: "two words",
    C: "line 1\nline 2",
  });
});

it("has no variables without files", async () => {
  expect(await readEnvFiles("/", [], key)).toEqual({});
});

it("names the key, the file as written and the reason when a file is missing or a folder", async () => {
  using project = temporaryFolder({ folder: null });
  expect(await thrown(readEnvFiles(project.path, ["./.env.local"], key))).toEqual({
    code: "ENV_FILE_UNREADABLE",
    text: "`environments.dev.envFile` names `./.env.local`, which cannot be read: no such file or directory (ENOENT)\n\nhint: create `./.env.local`, or remove it from `envFile`",
  });
  expect((await thrown(readEnvFiles(project.path, ["folder"], key))).text).toContain(
    "cannot be read: illegal operation on a directory (EISDIR)",
  );
});

it("names the line of a name that no variable can have, and nothing that may be a value", async () => {
  using project = temporaryFolder({ ".env": "OK=1\nKEY=-----BEGIN\nMIIEhunter2+/x==\n" });
  expect(await thrown(readEnvFiles(project.path, [".env"], key))).toEqual({
    code: "ENV_FILE_INVALID",
    text: "`environments.dev.envFile` names `.env`, where `.env:3` has no variable name before its `=`\n\nhint: write `NAME=value` with a name of letters, digits and `_`; quote a value that goes over several lines",
  });
  project.write({ ".env": "A=1\n\n export MY-KEY = x\n" });
  expect((await thrown(readEnvFiles(project.path, [".env"], key))).text).toContain("`.env:3`");
});
