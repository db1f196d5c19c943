import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";
import { sha256 } from "../../../../src/digest.ts";
import { hashFiles } from "../../../../src/env/record/run-record.ts";
import { temporaryFolder } from "../../../support/temporary-folder.ts";

it.runIf(process.platform === "linux")(
  "leaves out a pipe that stands for a file of the config, without waiting",
  async () => {
    using folder = temporaryFolder({ "devenv.config.json": "{}" });
    const pipe = join(folder.path, "devenv.local.json");
    execFileSync("mkfifo", [pipe]);
    const config = join(folder.path, "devenv.config.json");
    expect(await hashFiles([pipe, config, join(folder.path, "none")])).toEqual({ [config]: sha256("{}") });
  },
);
