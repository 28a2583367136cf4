import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { mediaTypes } from "#oci";
import { writeImage } from "#oci/image";
import { OciLayout } from "#oci/layout";
import { part } from "../tools/parts/mod.ts";
import { packBytes, runtimeConfig } from "./image.ts";
import { run, wasm } from "./processes.ts";
import type { Question } from "./question.ts";
import { compare } from "./rounds.ts";
import { startDistribution, startHub } from "./servers.ts";

const moduleBytes = 1024 * 1024;

export const question: Question = {
  title: "How long do a push and a pull take?",
  method:
    "A module of 1 MiB that the registry has never seen goes to a new repository and comes back into an empty folder: the same three blobs and a manifest, by `wasm` and by `oras`, with a process for the push and another for the pull. The last line has `oras` talk to both registries.",
  async *measure(folder) {
    const oras = await part("oras");
    await using hub = await startHub(folder);
    await using distribution = await startDistribution(folder);
    const byWasm = (host: string) => () => wasmRoundTrip(folder, host);
    const byOras = (host: string) => () => orasRoundTrip(folder, host, oras);

    for (const { host, name } of [hub, distribution]) {
      const ratios = await compare({ name: "wasm", run: byWasm(host) }, { name: "oras", run: byOras(host) }, 15);
      yield { subject: `\`wasm\` push and pull, ${name}`, peer: `\`oras\`, ${name}`, ratios, unit: "ms" };
    }
    const ratios = await compare(
      { name: "hub", run: byOras(hub.host) },
      { name: "distribution", run: byOras(distribution.host) },
      15,
    );
    yield {
      subject: `\`oras\` push and pull, ${hub.name}`,
      peer: `\`oras\`, ${distribution.name}`,
      ratios,
      unit: "ms",
    };
  },
};

async function wasmRoundTrip(folder: string, host: string): Promise<number> {
  const from = await mkdtemp(join(folder, "wasm-from-"));
  const to = await mkdtemp(join(folder, "wasm-to-"));
  const repository = `${host}/bench/${randomBytes(6).toString("hex")}`;
  const store = await OciLayout.open(join(from, "wasm-hub", "store"));
  const image = await packBytes(randomBytes(moduleBytes));
  await writeImage(store.repository(repository), image, "v1");
  const command = (verb: string, data: string): number =>
    run([...wasm, verb, `${repository}:v1`], { env: { XDG_DATA_HOME: data } });
  return command("push", from) + command("pull", to);
}

async function orasRoundTrip(folder: string, host: string, oras: string): Promise<number> {
  const cwd = await mkdtemp(join(folder, "oras-"));
  const id = randomBytes(6).toString("hex");
  await mkdir(join(cwd, "pulled"));
  await writeFile(join(cwd, "plugin.wasm"), randomBytes(moduleBytes));
  await writeFile(join(cwd, "runtime-config.json"), JSON.stringify(runtimeConfig));
  // Another one for each image, as in what `wasm` makes.
  await writeFile(join(cwd, "config.json"), JSON.stringify({ architecture: "amd64", os: "linux", config: { id } }));
  const reference = `${host}/bench/${id}:v1`;
  const files = [`plugin.wasm:${mediaTypes.wasmContentLayer}`, `runtime-config.json:${mediaTypes.wasmConfigLayer}`];
  const config = ["--config", `config.json:${mediaTypes.imageConfig}`];
  return (
    run([oras, "push", "--plain-http", ...config, reference, ...files], { cwd }) +
    run([oras, "pull", "--plain-http", reference, "--output", "pulled"], { cwd })
  );
}
