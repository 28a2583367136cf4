import { execFile } from "node:child_process";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { bytesSource, type ContentSource, describeBytes, type Descriptor, Digester, mediaTypes } from "#oci";
import { type LayoutRepository, OciLayout } from "#oci/layout";
import { startTestHub, type TestHub } from "../registry/testing.ts";

const execute = promisify(execFile);
const program = fileURLToPath(new URL("testdata/copy-image.ts", import.meta.url));

const mebibyte = 1024 * 1024;
const largeBytes = 256 * mebibyte;
const name = "me/large";

let folder: string;
let hub: TestHub;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "oci-streaming-"));
  hub = await startTestHub();
});
afterAll(async () => {
  await hub[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** Bytes of which no two mebibytes are alike. */
function pattern(sizeBytes: number): ContentSource {
  return async function* (offsetBytes) {
    for (let offset = offsetBytes; offset < sizeBytes; offset += mebibyte) {
      yield Buffer.alloc(Math.min(mebibyte, sizeBytes - offset), `${offset}.`);
    }
  };
}

async function store(repository: LayoutRepository, tag: string, sizeBytes: number): Promise<Descriptor> {
  const digester = new Digester("sha256");
  for await (const chunk of pattern(sizeBytes)(0)) digester.update(chunk);
  const layer = { mediaType: "application/octet-stream", digest: digester.digest(), size: sizeBytes };
  await repository.put(layer, pattern(sizeBytes));
  const empty = Buffer.from("{}");
  const config = describeBytes("application/vnd.oci.empty.v1+json", empty);
  await repository.put(config, bytesSource(empty));
  const document = { schemaVersion: 2, mediaType: mediaTypes.imageManifest, config, layers: [layer] };
  const bytes = Buffer.from(JSON.stringify({ artifactType: "application/vnd.example", ...document }));
  const manifest = describeBytes(mediaTypes.imageManifest, bytes);
  await repository.put(manifest, bytesSource(bytes));
  await repository.tag(manifest, tag);
  return layer;
}

/** The most memory that a client of its own has had after a small image, and after a large one. */
async function peaks(direction: "push" | "pull", store: string): Promise<{ small: number; large: number }> {
  const { stdout } = await execute(process.execPath, [program, direction, hub.host, name, store, "small", "large"]);
  const [small = 0, large = 0] = JSON.parse(stdout) as number[];
  return { small, large };
}

test("a blob of 256 MiB is pushed and pulled without ever being in memory", { timeout: 120_000 }, async () => {
  const from = await OciLayout.open(join(folder, "from"));
  const repository = from.repository(`${hub.host}/${name}`);
  await store(repository, "small", 1000);
  const layer = await store(repository, "large", largeBytes);

  const push = await peaks("push", join(folder, "from"));
  expect(push.large - push.small).toBeLessThan(largeBytes / 2);

  const pull = await peaks("pull", join(folder, "to"));
  expect(pull.large - pull.small).toBeLessThan(largeBytes / 2);

  const to = await OciLayout.open(join(folder, "to"));
  expect((await stat(to.blobPath(layer))).size).toBe(largeBytes);
});
