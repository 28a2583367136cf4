import { existsSync } from "node:fs";
import { glob, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { packageRoot, workerPath } from "./package-root.ts";

describe("from the sources", () => {
  test("packageRoot() is the folder of package.json, where what is not code lies", () => {
    expect(
      ["package.json", "templates", "sdk", "core"].filter((name) => !existsSync(join(packageRoot(), name))),
    ).toEqual([]);
  });

  test("workerPath() is the worker's source", async () => {
    const workers = await Array.fromAsync(glob("{project,registry,host}/**/*-worker.ts", { cwd: packageRoot() }));
    expect(workers.length).toBeGreaterThan(0);
    for (const worker of workers) expect(workerPath(worker)).toBe(join(packageRoot(), worker));
  });
});

describe("from the bundle", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), "package-root-")));
    await mkdir(join(folder, "dist", "chunks"), { recursive: true });
    await writeFile(join(folder, "package.json"), '{"type": "module"}');
    const source = await readFile(new URL("./package-root.ts", import.meta.url), "utf8");
    await writeFile(join(folder, "dist", "chunks", "core-X.js"), stripTypeScriptTypes(source));
  });
  afterEach(() => rm(folder, { recursive: true }));

  test("the root is above dist/, and workers are inside of it", async () => {
    const bundle = (await import(pathToFileURL(join(folder, "dist", "chunks", "core-X.js")).href)) as {
      packageRoot: typeof packageRoot;
      workerPath: typeof workerPath;
    };
    expect(bundle.packageRoot()).toBe(folder);
    expect(bundle.workerPath("project/build/compile-worker.ts")).toBe(
      join(folder, "dist", "project", "build", "compile-worker.js"),
    );
  });
});
