import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type HubOptions, type RunningHub, startHub } from "./hub.ts";

/** A hub of one test, on a free port and in a folder that goes with it. */
export interface TestHub extends AsyncDisposable {
  readonly hub: RunningHub;
  /** `127.0.0.1:port`. */
  readonly host: string;
  readonly url: string;
  readonly dataDir: string;
}

export async function startTestHub(options: Partial<HubOptions> = {}): Promise<TestHub> {
  const folder = await mkdtemp(join(tmpdir(), "wasm-hub-"));
  const dataDir = join(folder, "data");
  const hub = await startHub({ listen: "127.0.0.1:0", dataDir, ...options });
  return {
    hub,
    host: `127.0.0.1:${hub.port}`,
    url: hub.url,
    dataDir,
    async [Symbol.asyncDispose]() {
      await hub.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
