import { describe, expect, it } from "vitest";
import { statusOf, translateEngineError } from "../../../../src/engine/docker/errors.ts";
import { devenvError } from "../../../../src/errors.ts";

const address = "unix:///var/run/docker.sock";
const context = { address, userName: "dev", action: "create container `web`" };
const unreachable = (reason: string) => `No container engine answers at \`${address}\`: ${reason}`;
const failed = (reason: string) => `The container engine could not create container \`web\`: ${reason}`;
const lost = "The connection to the container engine broke while it was asked to create container `web`";

describe("an error of the engine", () => {
  it.each([
    {
      error: { code: "ENOENT", syscall: "connect" },
      code: "ENGINE_UNREACHABLE",
      message: unreachable("the socket does not exist"),
    },
    {
      error: { code: "ECONNREFUSED", syscall: "connect" },
      code: "ENGINE_UNREACHABLE",
      message: unreachable("nothing listens there"),
    },
    {
      error: { code: "ENOTFOUND", syscall: "getaddrinfo" },
      code: "ENGINE_UNREACHABLE",
      message: unreachable("the host name is unknown"),
    },
    {
      error: { code: "EADDRNOTAVAIL", syscall: "connect" },
      code: "ENGINE_UNREACHABLE",
      message: unreachable("own words"),
    },
    { error: { code: "SELF_SIGNED_CERT_IN_CHAIN" }, code: "ENGINE_UNREACHABLE", message: unreachable("own words") },
    {
      error: { code: "EACCES", syscall: "connect" },
      code: "ENGINE_FORBIDDEN",
      message: `User \`dev\` may not use the container engine at \`${address}\``,
    },
    { error: { code: "ECONNRESET" }, code: "ENGINE_LOST", message: lost },
    { error: { code: "EPIPE", syscall: "write" }, code: "ENGINE_LOST", message: lost },
    {
      error: { statusCode: 409, json: { message: "Conflict.\n" } },
      code: "ENGINE_FAILED",
      message: failed("Conflict"),
    },
    { error: { statusCode: 500, json: null }, code: "ENGINE_FAILED", message: failed("own words") },
    { error: {}, code: "ENGINE_FAILED", message: failed("own words") },
  ])("$error becomes $code", ({ error, code, message }) => {
    const cause = Object.assign(new Error("own words."), error);
    expect(translateEngineError(cause, context)).toMatchObject({ code, message, cause });
  });

  it("keeps only the engine's words of a refused stream", () => {
    const error = Object.assign(new Error("(HTTP code 404) unexpected - No such image: x:1 "), { statusCode: 404 });
    expect(translateEngineError(error, context).message).toBe(failed("No such image: x:1"));
  });

  it("is translated once", () => {
    const error = devenvError("PROGRAM_MISSING", { program: "ssh" });
    expect(translateEngineError(error, context)).toBe(error);
  });

  it("tells the status that the engine refused with, and none otherwise", () => {
    expect(statusOf(translateEngineError(Object.assign(new Error("no"), { statusCode: 418 }), context))).toBe(418);
    expect(statusOf(translateEngineError(Object.assign(new Error("no"), { code: "EPIPE" }), context))).toBeUndefined();
    expect(statusOf(new Error("no"))).toBeUndefined();
  });
});
