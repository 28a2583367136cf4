import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunningEnvoy, startEnvoy } from "#envoy";
import { writeEnvoyConfig } from "../../tools/demo/envoy-config.ts";
import { freePort } from "../../tools/demo/free-port.ts";
import { type Answer, get } from "../../tools/demo/traffic.ts";
import { startUpstream } from "../../tools/demo/upstream.ts";

/** A real Envoy in front of a small service, with its listener in a file that it watches. */
export interface EnvoyStage extends AsyncDisposable {
  readonly envoy: RunningEnvoy;
  readonly bootstrap: string;
  readonly url: URL;
  /** Flags that name this Envoy. */
  readonly target: readonly string[];
  get(): Promise<Answer>;
  /** Bytes of the listener's file. */
  listenerFile(): Promise<Buffer>;
}

export async function startEnvoyStage(envoyPath: string): Promise<EnvoyStage> {
  const folder = await mkdtemp(join(tmpdir(), "stage-"));
  const upstream = await startUpstream();
  const port = await freePort();
  const bootstrap = await writeEnvoyConfig(folder, { listener: port, upstream: upstream.port });
  const envoy = await startEnvoy({ path: envoyPath, configPath: bootstrap, concurrency: 1 });
  const url = new URL(`http://127.0.0.1:${port}/`);
  return {
    envoy,
    bootstrap,
    url,
    target: ["--bootstrap", bootstrap, "--admin", envoy.admin.url, "--envoy", envoyPath],
    get: () => get(url),
    listenerFile: () => readFile(join(folder, "listeners", "listeners.yaml")),
    async [Symbol.asyncDispose]() {
      await envoy.stop();
      await upstream.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
