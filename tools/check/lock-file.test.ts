import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { lockFileFaults, type LockedPackages, type LockEntry } from "./lock-file.ts";

const there: LockEntry = { integrity: "sha512-x" };

/** A lock file of `a`, which the package wants, and of what else is given. */
function faultsOf(packages: LockedPackages, manifest: LockEntry = { dependencies: { a: "^1" } }): readonly string[] {
  return lockFileFaults({ "": { dependencies: { a: "^1" } }, "node_modules/a": there, ...packages }, manifest);
}

describe("a lock file", () => {
  test.each<{ name: string; packages: LockedPackages; faults: readonly string[] }>([
    { name: "with all that it needs", packages: {}, faults: [] },
    {
      name: "without the binding for another platform",
      packages: { "node_modules/a": { ...there, optionalDependencies: { "@a/binding-darwin-arm64": "1" } } },
      faults: ["node_modules/a wants @a/binding-darwin-arm64, which is not there"],
    },
    {
      name: "without what a nested package needs",
      packages: { "node_modules/a/node_modules/b": { ...there, dependencies: { c: "1" } } },
      faults: ["node_modules/a/node_modules/b wants c, which is not there"],
    },
    {
      name: "that has it beside the package, above it, or below it",
      packages: {
        "node_modules/a": { ...there, dependencies: { b: "1", "@s/c": "1" } },
        "node_modules/@s/c": { ...there, dependencies: { b: "1" } },
        "node_modules/a/node_modules/b": { ...there, dependencies: { "@s/c": "1", d: "1" } },
        "node_modules/a/node_modules/d": there,
        "node_modules/b": there,
      },
      faults: [],
    },
    {
      name: "that has it only below another package",
      packages: {
        "node_modules/a": { ...there, dependencies: { c: "1" } },
        "node_modules/b/node_modules/c": there,
        "node_modules/b": there,
      },
      faults: ["node_modules/a wants c, which is not there"],
    },
    {
      name: "without a peer",
      packages: { "node_modules/a": { ...there, peerDependencies: { b: "1" } } },
      faults: ["node_modules/a wants b, which is not there"],
    },
    {
      name: "without a peer that may be left out",
      packages: {
        "node_modules/a": { ...there, peerDependencies: { b: "1" }, peerDependenciesMeta: { b: { optional: true } } },
      },
      faults: [],
    },
    {
      name: "that names a registry",
      packages: { "node_modules/a": { ...there, resolved: "https://registry.example/a.tgz" } },
      faults: ["node_modules/a names where it was fetched from: https://registry.example/a.tgz"],
    },
    {
      name: "without a digest",
      packages: { "node_modules/a": {} },
      faults: ["node_modules/a has no integrity"],
    },
  ])("$name", ({ packages, faults }) => {
    expect(faultsOf(packages)).toEqual(faults);
  });

  test("of another package.json", () => {
    expect(faultsOf({}, { dependencies: { a: "^2" }, devDependencies: { b: "1" } })).toEqual([
      "dependencies are not those of package.json",
      "devDependencies are not those of package.json",
    ]);
  });

  test("of this repository is complete, and each binding that is taken from it is missed", async () => {
    const read = async (name: string): Promise<unknown> =>
      JSON.parse(await readFile(fileURLToPath(new URL(`../../${name}`, import.meta.url)), "utf8"));
    const { packages } = (await read("package-lock.json")) as { packages: LockedPackages };
    const manifest = (await read("package.json")) as LockEntry;
    expect(lockFileFaults(packages, manifest)).toEqual([]);

    const bindings = Object.keys(packages).filter((path) => path.includes("/@oxc-parser/binding-"));
    expect(bindings.length).toBeGreaterThan(10);
    for (const binding of bindings) {
      const others = Object.fromEntries(Object.entries(packages).filter(([path]) => path !== binding));
      expect(lockFileFaults(others, manifest)).toEqual([
        `node_modules/oxc-parser wants ${binding.replace("node_modules/", "")}, which is not there`,
      ]);
    }
  });
});
