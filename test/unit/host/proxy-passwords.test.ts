import { expect, it } from "vitest";
import { proxyPasswords } from "../../../src/host/proxy-passwords.ts";

it("gives each password of a proxy once, as it is written and as it is meant", () => {
  const proxies = {
    HTTP_PROXY: "http://ada:p%40ss@proxy:3128",
    http_proxy: "http://ada:p%40ss@proxy:3128",
    HTTPS_PROXY: "ada:other%zz@proxy:3128",
    ALL_PROXY: "socks5://proxy:1080",
    NO_PROXY: "localhost,.example.com",
  };
  expect(proxyPasswords(proxies).map(String)).toEqual(["p%40ss", "p@ss", "other%zz"]);
});
