import {
  acceptedManifests,
  contentNotFound,
  type ContentReader,
  type ContentSource,
  type ContentWriter,
  type Descriptor,
  type Digest,
  digestAlgorithm,
  digestOf,
  isDigest,
  isManifest,
  isRepository,
  isTag,
  largestManifestBytes,
  type Mounter,
  OciError,
  parseDescriptors,
  parseManifest,
  type ReferrerLister,
  RegistryError,
  type Resolver,
  type Tagger,
  type TransferOptions,
  verified,
} from "#oci";
import type { Scope } from "./authorizer.ts";
import { download } from "./download.ts";
import { readBody } from "./body.ts";
import { ClientError } from "./errors.ts";
import type { Answer } from "./http.ts";
import { readPages, strings } from "./pages.ts";
import { addToReferrersTag, readReferrersTag } from "./referrers.ts";
import type { Call, Transport } from "./transport.ts";
import { locationOf, uploadBlob } from "./upload.ts";

type Wish = Omit<Call, "scope" | "what"> & { readonly scope?: Scope };

/** One repository of a registry. Made by {@link Registry.repository}. */
export class RemoteRepository implements ContentReader, ContentWriter, Resolver, Tagger, ReferrerLister, Mounter {
  readonly name: string;
  readonly #transport: Transport;
  readonly #pushed = new Map<Digest, Uint8Array>();

  constructor(transport: Transport, name: string) {
    if (!isRepository(name)) throw new RegistryError("NAME_INVALID", { detail: { name } });
    this.#transport = transport;
    this.name = name;
  }

  /** `host/name`, for messages. */
  get reference(): string {
    return `${this.#transport.host}/${this.name}`;
  }

  get host(): string {
    return this.#transport.host;
  }

  async resolve(tagOrDigest: string, signal?: AbortSignal): Promise<Descriptor> {
    if (!isDigest(tagOrDigest)) checkTag(tagOrDigest);
    const url = this.#manifestPath(tagOrDigest);
    const answer = await this.#ask(tagOrDigest, {
      method: "HEAD",
      url,
      headers: { accept: acceptedManifests },
      signal,
      expects: [404, 405],
    });
    if (answer.status === 404) throw this.#notFound(tagOrDigest);
    const mediaType = answer.header("content-type")?.split(";", 1)[0]?.trim() ?? "";
    const digest = isDigest(tagOrDigest) ? tagOrDigest : (answer.header("docker-content-digest") ?? "");
    const size = Number(answer.header("content-length") ?? Number.NaN);
    if (isManifest(mediaType) && isDigest(digest) && Number.isSafeInteger(size)) return { mediaType, digest, size };
    return this.#describe(tagOrDigest, signal);
  }

  async has(content: Descriptor, signal?: AbortSignal): Promise<boolean> {
    const headers = isManifest(content.mediaType) ? { accept: content.mediaType } : {};
    const answer = await this.#ask(content.digest, {
      method: "HEAD",
      url: this.#contentPath(content),
      headers,
      signal,
      expects: [404],
    });
    return answer.ok;
  }

  open(content: Descriptor, options?: TransferOptions & { readonly offsetBytes?: number }): AsyncIterable<Uint8Array> {
    const call = {
      url: this.#contentPath(content),
      scope: this.#scope("pull"),
      what: `${this.name}@${content.digest}`,
      headers: isManifest(content.mediaType) ? { accept: content.mediaType } : {},
    };
    return download(this.#transport, call, () => this.#notFound(content.digest), options);
  }

  async put(content: Descriptor, source: ContentSource, options: TransferOptions = {}): Promise<void> {
    if (isManifest(content.mediaType)) return this.#putManifest(content, source, options);
    const target = { repository: this.name, scope: this.#scope("pull,push") };
    await uploadBlob(this.#transport, target, content, source, options);
  }

  /** Makes the registry take a blob from another of its repositories (distribution-spec v1.1, "Mounting a blob from another repository"). */
  async mount(content: Descriptor, from: string, signal?: AbortSignal): Promise<boolean> {
    const url = `/v2/${this.name}/blobs/uploads/?mount=${encodeURIComponent(content.digest)}&from=${encodeURIComponent(from)}`;
    const scope = `${this.#scope("pull,push")} repository:${from}:pull`;
    const answer = await this.#ask(content.digest, {
      method: "POST",
      url,
      scope,
      signal,
      // Mounting saves time; a registry that does not take part in it is sent the blob.
      expects: [403, 404, 405],
    });
    if (answer.status === 201) return true;
    if (!answer.ok) return false;
    // An upload was begun in its place, which nobody will end.
    const location = locationOf(answer, new URL(url, this.#transport.origin), this.host);
    const scopeOfUpload = this.#scope("pull,push");
    const call = {
      method: "DELETE",
      url: location,
      scope: scopeOfUpload,
      what: `an upload to ${this.name}`,
      signal,
    } as const;
    await this.#transport.attempt(call).then(
      (answer) => answer.discard(),
      () => undefined,
    );
    return false;
  }

  async tag(manifest: Descriptor, tag: string, signal?: AbortSignal): Promise<void> {
    checkTag(tag);
    const bytes =
      this.#pushed.get(manifest.digest) ?? (await this.#readManifest(this.open(manifest, { signal }), manifest));
    await this.#putAt(tag, manifest.mediaType, bytes, signal);
  }

  /** Tags in the registry's order. @throws {OciError} CONTENT_NOT_FOUND when it does not know the repository */
  async *tags(signal?: AbortSignal): AsyncGenerator<string> {
    const call = {
      url: `/v2/${this.name}/tags/list`,
      scope: this.#scope("pull"),
      what: `the tags of ${this.name}`,
      signal,
      expects: [404],
    };
    let isKnown = false;
    for await (const page of readPages(this.#transport, call)) {
      isKnown = true;
      yield* strings(page["tags"]);
    }
    if (!isKnown) throw contentNotFound(this.name, this.host);
  }

  async *referrers(subject: Descriptor, artifactType?: string, signal?: AbortSignal): AsyncGenerator<Descriptor> {
    const filter = artifactType === undefined ? "" : `?artifactType=${encodeURIComponent(artifactType)}`;
    const url = `/v2/${this.name}/referrers/${subject.digest}${filter}`;
    const call = {
      url,
      scope: this.#scope("pull"),
      what: `the referrers of ${this.name}@${subject.digest}`,
      signal,
      expects: [404],
    };
    const isWanted = (found: Descriptor): boolean => artifactType === undefined || found.artifactType === artifactType;
    let isKnown = false;
    for await (const page of readPages(this.#transport, call)) {
      isKnown = true;
      yield* parseDescriptors(page["manifests"] ?? [], "manifests").filter(isWanted);
    }
    if (!isKnown) yield* (await readReferrersTag(this, subject.digest, signal)).filter(isWanted);
  }

  /** Removes a manifest with all its tags, or a blob. @throws {OciError} CONTENT_NOT_FOUND */
  async delete(content: Descriptor, signal?: AbortSignal): Promise<void> {
    await this.#delete(this.#contentPath(content), content.digest, signal);
  }

  /** Removes a tag and nothing else; not every registry can. @throws {OciError} CONTENT_NOT_FOUND */
  async deleteTag(tag: string, signal?: AbortSignal): Promise<void> {
    checkTag(tag);
    await this.#delete(this.#manifestPath(tag), tag, signal);
  }

  async #delete(url: string, what: string, signal?: AbortSignal): Promise<void> {
    const scope = `repository:${this.name}:delete,pull`;
    const answer = await this.#ask(what, { method: "DELETE", url, scope, signal, expects: [404] });
    if (answer.status === 404) throw this.#notFound(what);
  }

  async #putManifest(content: Descriptor, source: ContentSource, options: TransferOptions): Promise<void> {
    const bytes = await this.#readManifest(source(0), content);
    const isIndexed = await this.#putAt(content.digest, content.mediaType, bytes, options.signal);
    this.#pushed.set(content.digest, bytes);
    options.onBytes?.(content.size);
    const document = parseManifest(bytes, content.mediaType);
    if (document.subject && !isIndexed) await addToReferrersTag(this, content, document, options.signal);
  }

  /** @returns whether the registry says that it has processed the subject, if there is one */
  async #putAt(tagOrDigest: string, mediaType: string, bytes: Uint8Array, signal?: AbortSignal): Promise<boolean> {
    const url = this.#manifestPath(tagOrDigest);
    const headers = { "content-type": mediaType };
    const scope = this.#scope("pull,push");
    const answer = await this.#ask(tagOrDigest, {
      method: "PUT",
      url,
      scope,
      headers,
      body: () => bytes,
      signal,
    });
    return answer.header("oci-subject") !== undefined;
  }

  async #readManifest(bytes: AsyncIterable<Uint8Array>, content: Descriptor): Promise<Buffer> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of verified(bytes, content)) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  /** For registries whose HEAD leaves something out. */
  async #describe(tagOrDigest: string, signal?: AbortSignal): Promise<Descriptor> {
    const call = {
      method: "GET",
      url: this.#manifestPath(tagOrDigest),
      headers: { accept: acceptedManifests },
      signal,
      expects: [404],
    } as const;
    const answer = await this.#transport.send({
      ...call,
      scope: this.#scope("pull"),
      what: this.#describeWhat(tagOrDigest),
    });
    if (answer.status === 404) throw this.#notFound(tagOrDigest);
    const bytes = await readBody(this.#transport, answer, largestManifestBytes);
    const mediaType = answer.header("content-type")?.split(";", 1)[0]?.trim() ?? "";
    if (!isManifest(mediaType)) {
      throw new ClientError(
        "REGISTRY_ANSWER_INVALID",
        `${this.host} serves ${this.name} ${tagOrDigest} as ${mediaType || "nothing known"}`,
      );
    }
    const wanted = isDigest(tagOrDigest) ? tagOrDigest : undefined;
    const digest = digestOf(bytes, wanted && digestAlgorithm(wanted));
    if (wanted !== undefined && digest !== wanted) {
      throw new OciError("CONTENT_MISMATCH", `content of ${wanted} is damaged: expected ${wanted}, got ${digest}`);
    }
    return { mediaType, digest, size: bytes.byteLength };
  }

  /** Sends a request whose answer's body is of no interest. */
  async #ask(what: string, wish: Wish): Promise<Answer> {
    const answer = await this.#transport.send({ scope: this.#scope("pull"), ...wish, what: this.#describeWhat(what) });
    answer.discard();
    return answer;
  }

  #describeWhat(tagOrDigest: string): string {
    return `${this.name}${isDigest(tagOrDigest) ? "@" : ":"}${tagOrDigest}`;
  }

  #scope(actions: "pull" | "pull,push"): Scope {
    return `repository:${this.name}:${actions}`;
  }

  #contentPath({ mediaType, digest }: Descriptor): string {
    return isManifest(mediaType) ? this.#manifestPath(digest) : `/v2/${this.name}/blobs/${digest}`;
  }

  #manifestPath(tagOrDigest: string): string {
    return `/v2/${this.name}/manifests/${tagOrDigest}`;
  }

  #notFound(tagOrDigest: string): OciError {
    return contentNotFound(this.#describeWhat(tagOrDigest), this.host);
  }
}

/** @throws {RegistryError} MANIFEST_INVALID before anything is sent */
function checkTag(tag: string): void {
  if (!isTag(tag)) throw new RegistryError("MANIFEST_INVALID", { message: `not a tag: ${JSON.stringify(tag)}` });
}
