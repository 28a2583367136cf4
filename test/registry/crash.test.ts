import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { bytesSource, digestOf } from "#oci";
import { packFilterImage, readFilterImage, readModule, writeImage } from "#oci/image";
import { Registry } from "#oci/client";

const wasm = join(import.meta.dirname, "../../cli/wasm.js");

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "crash-"))));
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A hub in a process of its own, which can be killed as power cuts do. */
async function startHubProcess(): Promise<{ host: string; kill(): Promise<void> }> {
  const words = ["hub", "serve", "--listen", "127.0.0.1:0", "--data", join(folder, "data")];
  const child = spawn(process.execPath, [wasm, ...words], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  const host = /http:\/\/(\S+)/.exec(line)?.[1] ?? "";
  const kill = async (): Promise<void> => {
    const ended = once(child, "close");
    child.kill("SIGKILL");
    await ended;
  };
  return { host, kill };
}

function imageOf(text: string): ReturnType<typeof packFilterImage> {
  const runtimeConfig = { type: "envoy_proxy", abiVersions: ["v0.2.1"], config: { rootIds: [text] } } as const;
  return packFilterImage({ module: Buffer.from(text.repeat(5_000)), runtimeConfig });
}

test("kill -9 loses no push that was acknowledged", async () => {
  const hub = await startHubProcess();
  const repository = new Registry(hub.host).repository("me/filter");
  const acknowledged: string[] = [];
  const pushing = (async () => {
    for (let number = 1; number <= 200; number++) {
      await writeImage(repository, await imageOf(`filter ${number}`), `v${number}`);
      acknowledged.push(`v${number}`);
    }
  })().catch(() => undefined);
  while (acknowledged.length < 6) await sleep(5);
  await hub.kill();
  await pushing;

  const again = await startHubProcess();
  try {
    const restarted = new Registry(again.host).repository("me/filter");
    const tags = await Array.fromAsync(restarted.tags());
    expect(tags).toEqual(expect.arrayContaining(acknowledged));
    // At most the one push that was under way is there as well, and then whole.
    expect(tags.length).toBeLessThanOrEqual(acknowledged.length + 1);
    for (const tag of tags) {
      const image = await readFilterImage(restarted, await restarted.resolve(tag));
      const { module } = await readModule(restarted, image);
      expect(digestOf(module)).toBe(digestOf(`filter ${tag.slice(1)}`.repeat(5_000)));
    }
  } finally {
    await again.kill();
  }
});

test("a push that a kill -9 cut in half is invisible, and can be made again", async () => {
  const hub = await startHubProcess();
  const bytes = Buffer.alloc(4 * 1024 * 1024, "x");
  const blob = { mediaType: "application/wasm", digest: digestOf(bytes), size: bytes.byteLength };
  const stuck = new AbortController();
  const half = new Registry(hub.host, { retryDelayMs: 1 }).repository("me/half").put(
    blob,
    async function* () {
      yield bytes.subarray(0, blob.size / 2);
      await sleep(60_000, undefined, { signal: stuck.signal });
    },
    { signal: stuck.signal },
  );
  half.catch(() => undefined);
  await sleep(300);
  await hub.kill();
  stuck.abort();
  await expect(half).rejects.toThrow(/abort/i);

  const again = await startHubProcess();
  try {
    const repository = new Registry(again.host).repository("me/half");
    expect(await repository.has(blob)).toBe(false);
    await repository.put(blob, bytesSource(bytes));
    expect(await repository.has(blob)).toBe(true);
  } finally {
    await again.kill();
  }
});
