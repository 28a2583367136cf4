import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { applyDeploy } from "./apply.ts";
import { applyUndeploy } from "./apply-undeploy.ts";
import { type ReplaceFile, replaceFileOnDisk } from "./journal.ts";
import { planDeploy, type DeployRequest } from "./plan.ts";
import { readSnapshot } from "./snapshot.ts";
import { deployRequest, managerType } from "./testing.ts";
import { planUndeploy } from "./undeploy.ts";

let folder: string;
let bootstrap: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "apply-"));
  bootstrap = join(folder, "envoy.yaml");
  await writeFile(
    bootstrap,
    `dynamic_resources: { lds_config: { path: l.yaml }, cds_config: { path: c.yaml } }\n${listener("static_resources:\n  listeners:\n  -")}`,
  );
  await writeFile(
    join(folder, "l.yaml"),
    listener(`resources:\n  - "@type": type.googleapis.com/envoy.config.listener.v3.Listener\n   `),
  );
  await writeFile(
    join(folder, "c.yaml"),
    `resources:\n  - "@type": type.googleapis.com/envoy.config.cluster.v3.Cluster\n    name: one\n`,
  );
});
afterEach(() => rm(folder, { recursive: true }));

const listener = (start: string): string =>
  `${start} filter_chains: [{ filters: [{ name: hcm, typed_config: { "@type": ${managerType}, http_filters: [{ name: envoy.filters.http.router }] } }] }]\n`;

const remoteUrl = new URL("http://127.0.0.1:5000/v2/demo/blobs/sha256:0");

async function deploy(
  request: Partial<DeployRequest> = {},
  replaceFile?: ReplaceFile,
  signal?: AbortSignal,
): Promise<unknown> {
  const plan = planDeploy(await readSnapshot(bootstrap, "demo"), deployRequest(request));
  return applyDeploy(plan, { admin: undefined, signal, ...(replaceFile && { replaceFile }) });
}

async function undeploy(replaceFile?: ReplaceFile): Promise<unknown> {
  const plan = planUndeploy(await readSnapshot(bootstrap, "demo"), "demo");
  return applyUndeploy(plan, { admin: undefined, ...(replaceFile && { replaceFile }) });
}

async function files(): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.map((entry) => [join(entry.parentPath, entry.name), entry.isFile()] as const);
  return Object.fromEntries(
    await Promise.all(
      paths.map(async ([path, isFile]) => [path, isFile ? await readFile(path, "utf8") : "a folder"] as const),
    ),
  );
}

/** Has one write fail: before the file is replaced, or after, as when its folder cannot be synced. */
function failingAt(count: number, when: "before" | "after"): ReplaceFile {
  let left = count;
  return async (path, bytes) => {
    left--;
    if (left !== 0) return replaceFileOnDisk(path, bytes);
    if (when === "after") await replaceFileOnDisk(path, bytes);
    throw new Error("the disk is full");
  };
}

interface Scenario {
  readonly what: string;
  readonly prepare: () => Promise<unknown>;
  readonly act: (write: ReplaceFile) => Promise<unknown>;
  readonly writes: number;
}

describe("a deploy without an Envoy to ask", () => {
  test("writes everything, and undeploying takes it away with its folders", async () => {
    const before = await files();
    expect(await deploy({ remoteUrl })).toBe("written");
    expect(Object.keys(await files())).toContain(join(folder, "wasm-hub", "demo", "deployment.json"));
    expect(await undeploy()).toBe("written");
    expect(await files()).toEqual(before);
  });

  const nothing = async (): Promise<void> => undefined;
  const scenarios: readonly Scenario[] = [
    { what: "a first deploy", prepare: nothing, act: (write) => deploy({}, write), writes: 5 },
    {
      what: "a first deploy with a cluster",
      prepare: nothing,
      act: (write) => deploy({ remoteUrl }, write),
      writes: 5,
    },
    {
      what: "a later deploy",
      prepare: deploy,
      act: (write) => deploy({ module: Buffer.from("two") }, write),
      writes: 3,
    },
    { what: "an undeploy", prepare: () => deploy({ remoteUrl }), act: undeploy, writes: 5 },
  ];

  test.each(scenarios)("$what is $writes writes, each of which fails below", async ({ prepare, act, writes }) => {
    await prepare();
    let count = 0;
    await act((path, bytes) => {
      count++;
      return replaceFileOnDisk(path, bytes);
    });
    expect(count).toBe(writes);
  });

  const failures = scenarios.flatMap((scenario) =>
    Array.from({ length: scenario.writes }, (_, index) => ({ ...scenario, n: index + 1 })).flatMap((step) =>
      (["before", "after"] as const).map((when) => ({ ...step, when })),
    ),
  );

  test.each(failures)("that fails $when write $n of $what leaves every file as it was", async (failure) => {
    await failure.prepare();
    const before = await files();
    await expect(failure.act(failingAt(failure.n, failure.when))).rejects.toThrow("the disk is full");
    expect(await files()).toEqual(before);
  });

  test("says which files it could not put back, and why", async () => {
    let isBroken = false;
    const write: ReplaceFile = async (path, bytes) => {
      isBroken ||= path === bootstrap;
      if (isBroken) throw new Error("the disk is gone");
      await replaceFileOnDisk(path, bytes);
    };
    const record = join(folder, "wasm-hub", "demo", "deployment.json");
    await expect(deploy({}, write)).rejects.toMatchObject({
      code: "ROLLBACK_FAILED",
      message: expect.stringMatching(/^the disk is gone; and .*l\.yaml, .*deployment\.json, .* could not be put back$/),
      cause: new Error("the disk is gone"),
      detail: { failures: expect.arrayContaining([{ path: record, error: "the disk is gone" }]) },
    });
  });

  test("stops half way when it is interrupted, and puts everything back", async () => {
    const before = await files();
    const stop = new AbortController();
    const write: ReplaceFile = async (path, bytes) => {
      await replaceFileOnDisk(path, bytes);
      if (path.endsWith("deployment.json")) stop.abort(new Error("interrupted"));
    };
    await expect(deploy({}, write, stop.signal)).rejects.toThrow("interrupted");
    expect(await files()).toEqual(before);
  });
});

describe("somebody else's change meanwhile", () => {
  test("before the first write: nothing is written", async () => {
    const plan = planDeploy(await readSnapshot(bootstrap, "demo"), deployRequest());
    await writeFile(join(folder, "l.yaml"), "resources: []\n");
    const before = await files();
    await expect(applyDeploy(plan, { admin: undefined })).rejects.toMatchObject({
      code: "FILE_CHANGED",
      detail: { path: join(folder, "l.yaml") },
    });
    expect(await files()).toEqual(before);
  });

  test("between the writes: what was written is put back, and the change is kept", async () => {
    const before = await files();
    const write: ReplaceFile = async (path, bytes) => {
      await replaceFileOnDisk(path, bytes);
      if (path.endsWith("l.yaml") && bytes?.includes("wasm-hub")) await writeFile(bootstrap, "{}");
    };
    await expect(deploy({}, write)).rejects.toMatchObject({ code: "FILE_CHANGED", detail: { path: bootstrap } });
    expect(await files()).toEqual({ ...before, [bootstrap]: "{}" });
  });

  test("of a file that was written already: it is kept, and named when the rest is put back", async () => {
    const path = join(folder, "l.yaml");
    const write: ReplaceFile = async (target, bytes) => {
      if (target === bootstrap) {
        await writeFile(path, "resources: []\n");
        throw new Error("the disk is full");
      }
      await replaceFileOnDisk(target, bytes);
    };
    const before = await files();
    await expect(deploy({}, write)).rejects.toMatchObject({
      code: "ROLLBACK_FAILED",
      detail: { failures: [{ path, error: "somebody else has changed it since" }] },
    });
    expect(await files()).toEqual({ ...before, [path]: "resources: []\n" });
  });

  test("two first deploys under one name: the second finds the first's record and stops", async () => {
    const plan = planDeploy(await readSnapshot(bootstrap, "demo"), deployRequest());
    await deploy();
    const before = await files();
    await expect(applyDeploy(plan, { admin: undefined })).rejects.toMatchObject({ code: "FILE_CHANGED" });
    expect(await files()).toEqual(before);
  });

  test("a module that is there already is no change: it is named for its content", async () => {
    const plan = planDeploy(await readSnapshot(bootstrap, "demo"), deployRequest());
    const module = plan.changes.find(({ role }) => role === "module");
    await mkdir(join(folder, "wasm-hub", "demo"), { recursive: true });
    await writeFile(module?.path ?? "", module?.after ?? "");
    expect(await applyDeploy(plan, { admin: undefined })).toBe("written");
  });
});

test("a folder of the deployment that cannot be made leaves every file as it was", async () => {
  await writeFile(join(folder, "wasm-hub"), "a file");
  const before = await files();
  await expect(deploy()).rejects.toThrow("ENOTDIR");
  expect(await files()).toEqual(before);
});
