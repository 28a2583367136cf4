import { readPages, strings } from "./pages.ts";
import { RemoteRepository } from "./repository.ts";
import { Transport, type TransportOptions } from "./transport.ts";

/** A registry that speaks the OCI distribution specification 1.1. */
export class Registry {
  readonly #transport: Transport;

  /** @param host `host` or `host:port`, as in a reference */
  constructor(host: string, options: TransportOptions = {}) {
    this.#transport = new Transport(host, options);
  }

  get host(): string {
    return this.#transport.host;
  }

  /** Where requests go: scheme, host and port. */
  get origin(): URL {
    return this.#transport.origin;
  }

  /**
   * Asks whether a registry is there and takes the credentials (distribution-spec v1.1, "Determining Support").
   *
   * @throws {RegistryError} UNAUTHORIZED, DENIED
   * @throws {ClientError} REGISTRY_UNREACHABLE, REGISTRY_FAILED
   */
  async ping(signal?: AbortSignal): Promise<void> {
    const answer = await this.#transport.send({ method: "GET", url: "/v2/", scope: "", what: "/v2/", signal });
    answer.discard();
  }

  repository(name: string): RemoteRepository {
    return new RemoteRepository(this.#transport, name);
  }

  /** Names of repositories, if the registry has Docker's `/v2/_catalog`. */
  async *repositories(signal?: AbortSignal): AsyncGenerator<string> {
    const call = { url: "/v2/_catalog", scope: "registry:catalog:*", what: "the list of repositories", signal };
    for await (const page of readPages(this.#transport, call)) yield* strings(page["repositories"]);
  }
}
