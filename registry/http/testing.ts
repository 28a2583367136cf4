import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from "node:http";
import { connect } from "node:net";
import { buffer, text } from "node:stream/consumers";
import { type Descriptor, digestOf, type ImageManifest, type Manifest, mediaTypes } from "#oci";

export interface Sent {
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: Uint8Array | string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Codes of the body's errors, when it has the form of distribution-spec v1.1, "Error Codes". */
  readonly codes: readonly string[] | undefined;
}

/** Sends one request on a connection of its own. The path goes out as it is: `fetch` would tidy it. */
export async function send(origin: string, method: string, path: string, sent: Sent = {}): Promise<Answer> {
  const { hostname, port } = new URL(origin);
  const { headers = {}, body } = sent;
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const outgoing = request({ hostname, port, method, path, headers, agent: false }, (response) => {
    const { statusCode = 0, headers: received } = response;
    buffer(response).then(
      (bytes) => resolve({ status: statusCode, headers: received, body: bytes, codes: errorCodes(bytes) }),
      reject,
    );
  });
  outgoing.once("error", reject).end(body);
  return promise;
}

function errorCodes(bytes: Buffer): readonly string[] | undefined {
  try {
    const { errors } = JSON.parse(bytes.toString()) as { errors?: readonly { code: string }[] };
    return errors?.map(({ code }) => code);
  } catch {
    return undefined;
  }
}

/** Writes bytes to a server's port and reads until it closes the connection. */
export async function sendRaw(origin: string, bytes: string | Uint8Array): Promise<string> {
  const { hostname, port } = new URL(origin);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.write(bytes);
  return text(socket);
}

export async function pushBlob(origin: string, repository: string, bytes: Uint8Array | string): Promise<Descriptor> {
  const digest = digestOf(bytes);
  await expectStatus(201, send(origin, "POST", `/v2/${repository}/blobs/uploads/?digest=${digest}`, { body: bytes }));
  return { mediaType: mediaTypes.wasmContentLayer, digest, size: Buffer.byteLength(bytes) };
}

/** @returns the path of the upload */
export async function startUpload(origin: string, repository: string): Promise<string> {
  const { headers } = await expectStatus(202, send(origin, "POST", `/v2/${repository}/blobs/uploads/`));
  return headers.location ?? "";
}

export async function pushManifest(
  origin: string,
  repository: string,
  reference: string,
  document: Manifest,
): Promise<Descriptor> {
  const body = JSON.stringify(document);
  const mediaType = document.mediaType ?? mediaTypes.imageManifest;
  const sent = { body, headers: { "Content-Type": mediaType } };
  await expectStatus(201, send(origin, "PUT", `/v2/${repository}/manifests/${reference}`, sent));
  return { mediaType, digest: digestOf(body), size: Buffer.byteLength(body) };
}

/** An image with one layer, whose blobs have been pushed. */
export async function imageOf(
  origin: string,
  repository: string,
  text: string,
  extras: Pick<Manifest, "subject" | "artifactType" | "annotations"> = {},
): Promise<ImageManifest> {
  const config = { ...(await pushBlob(origin, repository, "{}")), mediaType: mediaTypes.imageConfig };
  const layer = await pushBlob(origin, repository, text);
  return { schemaVersion: 2, mediaType: mediaTypes.imageManifest, config, layers: [layer], ...extras };
}

async function expectStatus(status: number, answer: Promise<Answer>): Promise<Answer> {
  const received = await answer;
  if (received.status === status) return received;
  throw new Error(`${received.status} in place of ${status}: ${received.body.toString()}`);
}
