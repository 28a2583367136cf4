import { RegistryError } from "#oci";
import type { UploadId } from "../blobs/blob-store.ts";

interface Turn {
  readonly abort: AbortController;
  readonly ended: Promise<void>;
}

/**
 * Lets one request at a time work on an upload. A newer request ends the older one: a client that lost its
 * connection and resumes must not wait until the hub, too, notices the loss.
 */
export class UploadTurns {
  readonly #turns = new Map<UploadId, Turn>();

  /** @param work stops when its signal is aborted */
  async take<T>(id: UploadId, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const previous = this.#turns.get(id);
    const abort = new AbortController();
    const { promise: ended, resolve: end } = Promise.withResolvers<void>();
    const turn = { abort, ended };
    this.#turns.set(id, turn);
    try {
      previous?.abort.abort(superseded());
      await previous?.ended;
      abort.signal.throwIfAborted();
      return await work(abort.signal);
    } finally {
      if (this.#turns.get(id) === turn) this.#turns.delete(id);
      end();
    }
  }
}

function superseded(): RegistryError {
  return new RegistryError("BLOB_UPLOAD_INVALID", {
    status: 409,
    message: "a newer request took over this upload",
  });
}
