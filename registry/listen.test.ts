import { createServer } from "node:http";
import { expect, test } from "vitest";
import { isLoopback, listen, parseListen } from "./listen.ts";

test.each([
  ["127.0.0.1:5000", { host: "127.0.0.1", port: 5000 }],
  [":0", { host: "127.0.0.1", port: 0 }],
  ["[::1]:80", { host: "::1", port: 80 }],
  ["hub.example:65535", { host: "hub.example", port: 65_535 }],
])("%s is an address", (text, address) => {
  expect(parseListen(text)).toEqual(address);
});

test.each([
  "",
  "5000",
  "127.0.0.1",
  "127.0.0.1:",
  "127.0.0.1:65536",
  "127.0.0.1:-1",
  "127.0.0.1:x",
  "::1:80",
  "[x]:80",
])("%j is none", (text) => {
  expect(() => parseListen(text)).toThrow(
    expect.objectContaining({ code: "HUB_ADDRESS_UNAVAILABLE", hint: "such as 127.0.0.1:5000" }),
  );
});

test.each([
  ["127.0.0.1", true],
  ["127.9.9.9", true],
  ["::1", true],
  ["localhost", true],
  ["0.0.0.0", false],
  ["::", false],
  ["10.0.0.1", false],
  ["127.evil.example", false],
  ["localhost.evil.example", false],
])("whether only this machine reaches %s: %j", (host, isLocal) => {
  expect(isLoopback({ host, port: 0 })).toBe(isLocal);
});

test("an address of another machine is refused with a hint", async () => {
  // TEST-NET-1 (RFC 5737): no machine has it.
  await expect(listen(createServer(), { host: "192.0.2.1", port: 0 })).rejects.toMatchObject({
    code: "HUB_ADDRESS_UNAVAILABLE",
    hint: expect.stringContaining("--listen") as string,
  });
});
