import { expect, it } from "vitest";
import { sshArguments } from "../../../../src/engine/docker/ssh-transport.ts";

it.each([
  { url: "ssh://build.example", rest: ["--", "build.example", "docker", "system", "dial-stdio"] },
  {
    url: "ssh://me%40corp@build.example:2222",
    rest: ["-l", "me@corp", "-p", "2222", "--", "build.example", "docker", "system", "dial-stdio"],
  },
  {
    url: "ssh://-oProxyCommand=x/run/user/1000/docker.sock",
    rest: ["--", "-oProxyCommand=x", "docker", "--host", "unix:///run/user/1000/docker.sock", "system", "dial-stdio"],
  },
])("runs ssh for $url so that nothing in the address is an option", ({ url, rest }) => {
  expect(sshArguments(new URL(url))).toEqual(["-o", "ConnectTimeout=30", "-T", ...rest]);
});
