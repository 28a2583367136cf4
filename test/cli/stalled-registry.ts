import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { PackedImage } from "#oci/image";

export interface StalledRegistry extends AsyncDisposable {
  /** `127.0.0.1:port` */
  readonly host: string;
  /** Resolves when a transfer has begun that will never end. */
  readonly hasStalled: Promise<void>;
}

/** A registry that begins every upload and, of the image that it has, sends half of each big blob: then it says no more. */
export async function startStalledRegistry(image?: PackedImage): Promise<StalledRegistry> {
  const { promise: hasStalled, resolve: stall } = Promise.withResolvers<void>();
  const contents = image ? [image.manifest, ...image.blobs] : [];
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const { method = "", url = "" } = request;
    if (method === "POST") {
      response.writeHead(202, { location: `${url}upload`, range: "0-0" }).end();
    } else if (method === "PUT" || method === "PATCH") {
      // The first bytes are taken, so that there is something to draw.
      request.once("data", () => stall());
    } else {
      const found =
        contents.find(({ descriptor }) => url.includes(descriptor.digest)) ??
        (url.endsWith("/manifests/v1") ? image?.manifest : undefined);
      if (!found) return void response.writeHead(404).end();
      const { mediaType, digest, size } = found.descriptor;
      response.writeHead(200, { "content-type": mediaType, "content-length": size, "docker-content-digest": digest });
      if (method === "HEAD") return void response.end();
      if (size < 10_000) return void response.end(found.bytes);
      response.write(found.bytes.subarray(0, size / 2));
      stall();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    host: `127.0.0.1:${port}`,
    hasStalled,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
