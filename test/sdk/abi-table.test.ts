import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { exportedNames } from "./examples.ts";

const read = (path: string): Promise<string> =>
  readFile(fileURLToPath(new URL(`../../${path}`, import.meta.url)), "utf8");

test("the table of the ABI names every host call and callback that the SDK has, and no others", async () => {
  const abi = /^## Integration(.*?)^## What Envoy/ms.exec(await read("docs/reference/sdk-abi.md"))?.[1] ?? "";
  const named = new Set(abi.match(/`proxy_\w+`/g)?.map((name) => name.slice(1, -1)));
  const imports = (await read("sdk/assembly/env.ts")).match(/(?<=function )proxy_\w+/g) ?? [];
  const exports = (await read("sdk/abi.ts")).match(/(?<= )proxy_\w+/g) ?? [];
  expect([...named].toSorted()).toEqual([...imports, ...exports].toSorted());
});

test("the table names functions and classes as the SDK does", async () => {
  const table = await read("docs/reference/sdk-abi.md");
  const ours = [...table.matchAll(/^\| [^|]+ \|([^|]+)\|/gm)].flatMap(
    ([, cell = ""]) => cell.match(/`[A-Za-z]\w*/g) ?? [],
  );
  const known = new Set(await exportedNames());
  const members = await Promise.all(
    [
      "http-context",
      "tcp-context",
      "root-context",
      "context",
      "log",
      "body",
      "header-map",
      "shared-data",
      "shared-queue",
    ]
      .concat("http-call", "grpc-call", "grpc-stream", "metric")
      .map((file) => read(`sdk/assembly/${file}.ts`)),
  );
  const isKnown = (name: string): boolean =>
    known.has(name) || members.some((text) => new RegExp(` ${name}[(<]`).test(text));
  const others = new Set(["new", "null", "expr_"]);
  expect(ours.map((name) => name.slice(1)).filter((name) => !isKnown(name) && !others.has(name))).toEqual([]);
});
