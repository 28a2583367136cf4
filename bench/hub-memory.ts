import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { type ContentSource, type Descriptor, Digester, verified } from "#oci";
import { Registry } from "#oci/client";
import type { Question } from "./question.ts";
import { compare, type Contender } from "./rounds.ts";
import { type Server, startDistribution, startHub } from "./servers.ts";

const blobMiB = 512;
const mostMiB = 150;
const piece = randomBytes(1024 * 1024);

const source: ContentSource = async function* () {
  for (let index = 0; index < blobMiB; index++) yield piece;
};

export const question: Question = {
  title: "How much memory does the hub take for a large blob?",
  method: `The most memory that the server's process has had (\`VmHWM\`) after a blob of ${blobMiB} MiB was pushed and pulled, from a fresh start each time.`,
  async *measure(folder) {
    const blob = await describe();
    const contender = (start: (folder: string) => Promise<Server>): Contender => ({
      name: start.name,
      run: async () => {
        const data = await mkdtemp(join(folder, "data-"));
        try {
          await using server = await start(data);
          const repository = new Registry(server.host).repository("bench/large");
          await repository.put(blob, source);
          for await (const _ of verified(repository.open(blob), blob));
          return await server.peakMemory();
        } finally {
          await rm(data, { recursive: true });
        }
      },
    });
    const ratios = await compare(contender(startHub), contender(startDistribution), 3);
    const [, largest] = ratios.subject.quartiles;
    const goal = { text: `under ${mostMiB} MiB`, isMet: largest < mostMiB };
    yield { subject: "our hub", peer: "distribution", ratios, unit: "MiB", goal };
  },
};

async function describe(): Promise<Descriptor> {
  const digester = new Digester("sha256");
  for await (const chunk of source(0)) digester.update(chunk);
  return { mediaType: "application/octet-stream", digest: digester.digest(), size: digester.sizeBytes };
}
