import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { bytesSource, describeBytes } from "#oci";
import { writeImage } from "#oci/image";
import { Registry } from "#oci/client";
import { packBytes } from "./image.ts";
import type { Question } from "./question.ts";
import { compare, type Contender } from "./rounds.ts";
import { type Server, startDistribution, startHub } from "./servers.ts";

const load = ["--threads", "1", "--connections", "16", "--duration", "3s"];

export const question: Question = {
  title: "How many small requests does the hub answer?",
  method:
    "`wrk` (which must be on the PATH) keeps 16 connections busy for three seconds a round, with the requests that every pull makes. A cost is the time for one request.",
  async *measure(folder) {
    await using hub = await startHub(folder);
    await using distribution = await startDistribution(folder);
    const paths = await publish(hub);
    await publish(distribution);
    for (const [what, path] of Object.entries(paths)) {
      const ratios = await compare(wrk(hub, path), wrk(distribution, path), 6);
      yield { subject: `${what}, our hub`, peer: `${what}, distribution`, ratios, unit: "µs" };
    }
  },
};

async function publish({ host }: Server): Promise<Readonly<Record<string, string>>> {
  const repository = new Registry(host).repository("bench/small");
  await writeImage(repository, await packBytes(Buffer.alloc(1024)), "v1");
  const bytes = Buffer.alloc(1024, "x");
  const blob = describeBytes("application/octet-stream", bytes);
  await repository.put(blob, bytesSource(bytes));
  return {
    "GET a manifest by its tag": "/v2/bench/small/manifests/v1",
    "GET a blob of 1 KiB": `/v2/bench/small/blobs/${blob.digest}`,
  };
}

function wrk({ name, host }: Server, path: string): Contender {
  const accept = "accept: application/vnd.oci.image.manifest.v1+json";
  return {
    name,
    run: async () => {
      const { stdout } = await promisify(execFile)("wrk", [...load, "--header", accept, `http://${host}${path}`]);
      const perSecond = Number(/^Requests\/sec:\s+([\d.]+)$/m.exec(stdout)?.[1]);
      if (!(perSecond > 0) || /Non-2xx/.test(stdout)) throw new Error(`${name} refused what wrk asked:\n${stdout}`);
      return 1_000_000 / perSecond;
    },
  };
}
