import { expect, it } from "vitest";
import { chooseChallenge } from "../../../../src/host/registry/challenge.ts";

it.each([
  {
    header: 'Bearer realm="https://auth.example/token",service="registry",scope="repository:a/b:pull,push"',
    scheme: "bearer",
    parameters: { realm: "https://auth.example/token", service: "registry", scope: "repository:a/b:pull,push" },
  },
  { header: 'Basic realm="Registry Realm"', scheme: "basic", parameters: { realm: "Registry Realm" } },
  { header: 'Basic realm="a", Bearer realm="b"', scheme: "bearer", parameters: { realm: "b" } },
  { header: ['Basic realm="a"', "bearer Realm=b"], scheme: "bearer", parameters: { realm: "b" } },
  { header: 'Basic realm="Bearer realm=x, yes"', scheme: "basic", parameters: { realm: "Bearer realm=x, yes" } },
])("answers $scheme of $header", ({ header, scheme, parameters }) => {
  expect(chooseChallenge(header)).toEqual({ scheme, parameters });
});

it.each([undefined, "", "Negotiate", "Bearer"])("answers nothing of %j", (header) => {
  expect(chooseChallenge(header)).toBeUndefined();
});
