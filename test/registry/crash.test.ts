import { mkdtemp, rm } from "node:fs/promises";
import { type OutgoingHttpHeaders, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { digestOf, mediaTypes } from "#oci";
import { Registry } from "#oci/client";
import { packFilterImage, readFilterImage, readModule, writeImage } from "#oci/image";
import { type Answer, send } from "../../registry/http/testing.ts";
import { startHubProcess } from "./hub-process.ts";

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), "crash-"))));
afterEach(() => rm(folder, { recursive: true, force: true }));

/** One push, and how much of it the hub has acknowledged. */
class Push {
  readonly tag: string;
  readonly config = Buffer.from("{}");
  readonly layer: Buffer;
  readonly manifest: Buffer;
  /** Index of the last step that the client began. */
  begun = -1;
  upload = "";
  receivedBytes = 0;
  isLayerThere = false;
  isTagThere = false;

  constructor(tag: string) {
    this.tag = tag;
    this.layer = Buffer.alloc(300_000, tag);
    const layers = [{ mediaType: mediaTypes.wasmContentLayer, digest: digestOf(this.layer), size: this.layer.length }];
    const config = { mediaType: mediaTypes.imageConfig, digest: digestOf(this.config), size: this.config.length };
    const document = { schemaVersion: 2, mediaType: mediaTypes.imageManifest, config, layers };
    this.manifest = Buffer.from(JSON.stringify(document));
  }
}

const repository = "/v2/me/filter";
const half = 150_000;

interface Step {
  readonly name: string;
  readonly method: string;
  readonly path: (push: Push) => string;
  readonly body?: (push: Push) => Buffer;
  readonly headers?: OutgoingHttpHeaders;
  /** What the client may rely on after the answer. */
  readonly acknowledge?: (push: Push, answer: Answer) => void;
}

const steps: readonly Step[] = [
  {
    name: "the config in one POST",
    method: "POST",
    path: ({ config }) => `${repository}/blobs/uploads/?digest=${digestOf(config)}`,
    body: ({ config }) => config,
  },
  {
    name: "the start of the layer's upload",
    method: "POST",
    path: () => `${repository}/blobs/uploads/`,
    acknowledge: (push, { headers }) => (push.upload = headers.location ?? ""),
  },
  {
    name: "the first chunk",
    method: "PATCH",
    path: ({ upload }) => upload,
    body: ({ layer }) => layer.subarray(0, half),
    acknowledge: (push) => (push.receivedBytes = half),
  },
  {
    name: "the second chunk",
    method: "PATCH",
    path: ({ upload }) => upload,
    body: ({ layer }) => layer.subarray(half),
    headers: { "Content-Range": `${half}-299999` },
    acknowledge: (push) => (push.receivedBytes = push.layer.length),
  },
  {
    name: "the end of the upload",
    method: "PUT",
    path: ({ upload, layer }) => `${upload}?digest=${digestOf(layer)}`,
    acknowledge: (push) => (push.isLayerThere = true),
  },
  {
    name: "the manifest",
    method: "PUT",
    path: ({ tag }) => `${repository}/manifests/${tag}`,
    body: ({ manifest }) => manifest,
    headers: { "Content-Type": mediaTypes.imageManifest },
    acknowledge: (push) => (push.isTagThere = true),
  },
];

const moments = steps.flatMap((_step, index) => [
  { index, when: "after" as const },
  { index, when: "in the middle of" as const },
]);

test("kill -9 after and in the middle of each step of a push: what was acknowledged is there, half a push is invisible, and it can be ended", async () => {
  const data = join(folder, "data");
  const acknowledged: Push[] = [];
  let interrupted: Push | undefined;
  for (const [round, { index, when }] of moments.entries()) {
    await using hub = await startHubProcess(data);
    if (interrupted) await expectConsistent(hub.url, interrupted);
    for (const push of acknowledged) await expectWhole(hub.url, push);

    const push = new Push(`v${round}`);
    for (const step of steps.slice(0, index)) await take(hub.url, step, push);
    push.begun = index;
    const last = steps[index];
    if (last && when === "after") await take(hub.url, last, push);
    else if (last) await begin(hub.url, last, push);
    await hub.end("SIGKILL");
    (push.isTagThere ? acknowledged : []).push(push);
    interrupted = push;
  }
  await using hub = await startHubProcess(data);
  if (interrupted) await expectConsistent(hub.url, interrupted);
  expect(acknowledged).toHaveLength(1);
  for (const push of acknowledged) await expectWhole(hub.url, push);
}, 120_000);

async function take(url: string, step: Step, push: Push): Promise<void> {
  const { method, path, body, headers = {}, acknowledge } = step;
  const answer = await send(url, method, path(push), { headers, ...(body ? { body: body(push) } : {}) });
  expect([step.name, Math.floor(answer.status / 100)]).toEqual([step.name, 2]);
  acknowledge?.(push, answer);
}

/** Sends a request, or half of its body, and does not wait for an answer. */
async function begin(url: string, step: Step, push: Push): Promise<void> {
  const body = step.body?.(push) ?? Buffer.alloc(0);
  const headers = { ...step.headers, "Content-Length": body.length };
  const sent = request(new URL(step.path(push), url), { method: step.method, headers, agent: false });
  sent.on("error", () => undefined).on("response", (response) => response.on("error", () => undefined).resume());
  // A manifest is sent whole: it is in the middle of being written then.
  const part = step.name === "the manifest" ? body : body.subarray(0, Math.ceil(body.length / 2));
  sent.flushHeaders();
  await new Promise((resolve) => (part.length > 0 ? sent.write(part, resolve) : resolve(sent.end())));
}

/** After the restart: nothing acknowledged is lost, nothing is half there, and the client can go on. */
async function expectConsistent(url: string, push: Push): Promise<void> {
  const { tag, layer, upload, manifest } = push;
  const blob = `${repository}/blobs/${digestOf(layer)}`;
  const seen = await send(url, "GET", `${repository}/manifests/${tag}`);
  if (push.isTagThere) expect(seen.status).toBe(200);
  if (push.begun < steps.findIndex(({ name }) => name === "the manifest")) expect(seen.status).toBe(404);
  if (seen.status === 200) expect(seen.body.equals(manifest)).toBe(true);

  const found = await send(url, "GET", blob);
  if (push.isLayerThere) expect(found.status).toBe(200);
  if (push.begun < steps.findIndex(({ name }) => name === "the end of the upload")) expect(found.status).toBe(404);
  if (found.status === 200) {
    expect(found.body.equals(layer)).toBe(true);
    return;
  }
  if (upload === "") return;
  const { status, headers } = await send(url, "GET", upload);
  // The end of the upload may have got as far as the rename, and no further.
  if (status === 404) return expect(push.receivedBytes).toBe(layer.length);
  const last = Number(headers.range?.split("-")[1]);
  expect(last + 1).toBeGreaterThanOrEqual(push.receivedBytes);
  const rest = last === 0 ? layer : layer.subarray(last + 1);
  const end = await send(url, "PUT", `${upload}?digest=${digestOf(layer)}`, { body: rest });
  expect(end.status).toBe(201);
  expect((await send(url, "GET", blob)).body.equals(layer)).toBe(true);
}

async function expectWhole(url: string, push: Push): Promise<void> {
  expect((await send(url, "GET", `${repository}/manifests/${push.tag}`)).body.equals(push.manifest)).toBe(true);
  for (const bytes of [push.config, push.layer]) {
    expect((await send(url, "GET", `${repository}/blobs/${digestOf(bytes)}`)).body.equals(bytes)).toBe(true);
  }
}

test("kill -9 under load loses no push that was acknowledged", async () => {
  const data = join(folder, "data");
  const textOf = (number: number): string => `filter ${number} `.repeat(5_000);
  const acknowledged: number[] = [];
  for (const round of [0, 1, 2]) {
    await using hub = await startHubProcess(data);
    const remote = new Registry(hub.host, { retryDelayMs: 1 }).repository("me/filter");
    const enough = Promise.withResolvers<void>();
    const pushers = [0, 1, 2, 3].map(async (pusher) => {
      for (let number = round * 1000 + pusher; ; number += 4) {
        await writeImage(remote, await imageOf(textOf(number)), `v${number}`);
        acknowledged.push(number);
        if (acknowledged.length >= 8 * (round + 1)) enough.resolve();
      }
    });
    const ended = Promise.allSettled(pushers);
    await enough.promise;
    await hub.end("SIGKILL");
    await ended;
  }

  await using again = await startHubProcess(data);
  const restarted = new Registry(again.host).repository("me/filter");
  const tags = await Array.fromAsync(restarted.tags());
  expect(tags).toEqual(expect.arrayContaining(acknowledged.map((number) => `v${number}`)));
  // Those that were under way may be there as well, and are whole then.
  expect(tags.length).toBeLessThanOrEqual(acknowledged.length + 3 * 4);
  for (const tag of tags) {
    const { module } = await readModule(restarted, await readFilterImage(restarted, await restarted.resolve(tag)));
    expect(digestOf(module)).toBe(digestOf(textOf(Number(tag.slice(1)))));
  }
}, 60_000);

function imageOf(text: string): ReturnType<typeof packFilterImage> {
  const runtimeConfig = { type: "envoy_proxy", abiVersions: ["v0.2.1"], config: { rootIds: ["x"] } } as const;
  return packFilterImage({ module: Buffer.from(text), runtimeConfig });
}
