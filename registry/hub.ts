import { join } from "node:path";
import { type Logger, silentLogger } from "#core";
import { makePages } from "#hub";
import { basicGate } from "./auth/basic.ts";
import { HtpasswdFile } from "./auth/htpasswd.ts";
import type { BlobStore } from "./blobs/blob-store.ts";
import { FileBlobStore } from "./blobs/files.ts";
import type { Catalogue } from "./catalogue/catalogue.ts";
import { openSqliteCatalogue } from "./catalogue/sqlite/catalogue.ts";
import { dataUnwritable, takeDataFolder } from "./data-folder.ts";
import { HubServerError } from "./errors.ts";
import { makeServer, stopServer } from "./http/server.ts";
import { UploadTurns } from "./http/upload-turns.ts";
import { isLoopback, listen, parseListen } from "./listen.ts";
import { shelf } from "./shelf.ts";

export interface HubOptions {
  /** `host:port`; port 0 takes a free one. */
  readonly listen: string;
  /** Made when it is absent. */
  readonly dataDir: string;
  /** Names and bcrypt hashes; absent: nobody needs a password. */
  readonly htpasswdFile?: string;
  /** Without an htpasswd file: whether an address that other machines reach may be listened on. Default false. */
  readonly allowAnonymous?: boolean;
  readonly logger?: Logger;
}

export interface RunningHub {
  /** Such as `http://127.0.0.1:5000`. */
  readonly url: string;
  readonly port: number;
  /** Takes no more requests, lets those that run end, and closes everything. */
  close(): Promise<void>;
}

const staleAfterMs = 7 * 24 * 60 * 60 * 1000;
const sweepEveryMs = 60 * 60 * 1000;
const drainMs = 30_000;

/**
 * Starts a hub on files and SQLite.
 *
 * @throws {HubServerError} before anything listens
 */
export async function startHub(options: HubOptions): Promise<RunningHub> {
  const { dataDir, htpasswdFile, allowAnonymous = false, logger = silentLogger } = options;
  const address = parseListen(options.listen);
  if (!isLoopback(address) && htpasswdFile === undefined && !allowAnonymous) {
    throw new HubServerError("HUB_OPEN_TO_ALL", `on ${options.listen} anybody who reaches this machine could push`, {
      hint: "add --htpasswd FILE, or --allow-anonymous if that is meant",
    });
  }
  await using stack = new AsyncDisposableStack();
  stack.adopt(await takeDataFolder(dataDir), (giveBack) => giveBack());
  const { blobs, catalogue } = await openStores(dataDir);
  stack.defer(() => catalogue.close());
  const gate = htpasswdFile === undefined ? undefined : basicGate(await HtpasswdFile.open(htpasswdFile));
  const pages = makePages({ shelf: shelf(catalogue, blobs), gate, logger });
  const server = makeServer({ stores: { blobs, catalogue, turns: new UploadTurns() }, gate, pages, logger });

  const sweep = (): void => {
    blobs.removeStale(new Date(Date.now() - staleAfterMs)).then(
      (count) => count > 0 && logger.info(`removed ${count} uploads that nobody went on with`),
      (error: unknown) => logger.warn(`stale uploads could not be removed: ${String(error)}`),
    );
  };
  sweep();
  const timer = setInterval(sweep, sweepEveryMs).unref();
  stack.defer(() => clearInterval(timer));
  const { url, port } = await listen(server, address);
  const running = stack.move();
  const close = async (): Promise<void> => {
    await stopServer(server, drainMs);
    await running.disposeAsync();
  };
  return { url, port, close };
}

async function openStores(dataDir: string): Promise<{ blobs: BlobStore; catalogue: Catalogue }> {
  try {
    return {
      blobs: await FileBlobStore.open(dataDir),
      catalogue: openSqliteCatalogue(join(dataDir, "catalogue.db")),
    };
  } catch (error) {
    throw error instanceof HubServerError ? error : dataUnwritable(dataDir, error);
  }
}
