import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import {
  applyDeploy,
  applyUndeploy,
  type ApplyOptions,
  type DeployOutcome,
  type DeployRequest,
  planDeploy,
  planUndeploy,
  preflight,
  readSnapshot,
  type UndeployOutcome,
} from "#deploy/envoy";
import { type EnvoyAdmin, type RunningEnvoy, startEnvoy } from "#envoy";
import { freePort } from "../../tools/demo/free-port.ts";
import { get, startTraffic, type TrafficReport } from "../../tools/demo/traffic.ts";
import { startUpstream, type Upstream } from "../../tools/demo/upstream.ts";
import { type ConfigOptions, writeConfigs } from "./configs.ts";

export interface StageOptions extends Partial<Pick<ConfigOptions, "listenersIn" | "clustersIn">> {
  // By default listeners are in a file, and clusters in the bootstrap.
  /** The Envoy program. */
  readonly envoyPath: string;
  /** Names. Default one, `public`. */
  readonly listeners?: readonly string[];
  /** Threads of Envoy's, each with a VM of its own. Default 2. */
  readonly workers?: number;
}

export interface Deploying extends Omit<ApplyOptions, "admin"> {
  /** Null: nobody is asked. Default: the Envoy on the stage, when it runs. */
  readonly admin?: EnvoyAdmin | null;
  /** Whether the Envoy program tries the deploy first. */
  readonly isTried?: boolean;
}

/** A folder with an Envoy's configuration, a service behind it, and the Envoy when it was started. */
export class Stage implements AsyncDisposable {
  readonly folder: string;
  readonly bootstrap: string;
  readonly #options: StageOptions;
  readonly #upstream: Upstream;
  readonly #ports: Readonly<Record<string, number>>;
  #envoy: RunningEnvoy | undefined;

  private constructor(
    bootstrap: string,
    options: StageOptions,
    upstream: Upstream,
    ports: Readonly<Record<string, number>>,
  ) {
    this.folder = dirname(bootstrap);
    this.bootstrap = bootstrap;
    this.#options = options;
    this.#upstream = upstream;
    this.#ports = ports;
  }

  /** Sets everything up; Envoy does not run yet. */
  static async set(options: StageOptions): Promise<Stage> {
    const { listeners = ["public"], listenersIn = "file", clustersIn = "bootstrap" } = options;
    const folder = await mkdtemp(join(tmpdir(), "deploy-stage-"));
    const upstream = await startUpstream();
    const ports: Record<string, number> = {};
    for (const name of listeners) ports[name] = await freePort();
    const where = { listenersIn, clustersIn, listeners: ports, upstreamPort: upstream.port };
    return new Stage(await writeConfigs(folder, where), options, upstream, ports);
  }

  /** Sets everything up, and starts Envoy. */
  static async open(options: StageOptions): Promise<Stage> {
    const stage = await Stage.set(options);
    await stage.start();
    return stage;
  }

  get envoy(): RunningEnvoy {
    if (!this.#envoy) throw new Error("Envoy does not run");
    return this.#envoy;
  }

  async start(): Promise<void> {
    this.#envoy = await startEnvoy({
      path: this.#options.envoyPath,
      configPath: this.bootstrap,
      concurrency: this.#options.workers ?? 2,
      logLevel: "warning",
    });
  }

  async restart(): Promise<void> {
    await this.envoy.stop();
    await this.start();
  }

  async deploy(request: DeployRequest, { isTried = false, ...options }: Deploying = {}): Promise<DeployOutcome> {
    const envoyVersion = (await this.#envoy?.admin.serverInfo())?.version;
    const snapshot = await readSnapshot(this.bootstrap, request.deployment);
    const plan = planDeploy(snapshot, { envoyVersion, ...request });
    if (isTried) await preflight(plan, { envoyPath: this.#options.envoyPath, bootstrapPath: this.bootstrap });
    return applyDeploy(plan, this.#applyOptions(options));
  }

  async undeploy(deployment = "marker", options: Omit<Deploying, "isTried"> = {}): Promise<UndeployOutcome> {
    const plan = planUndeploy(await readSnapshot(this.bootstrap, deployment), deployment);
    return applyUndeploy(plan, this.#applyOptions(options));
  }

  /** Changes the configuration's files as an editor may: each keeps its inode. */
  async writeInPlace(request: DeployRequest): Promise<void> {
    const { changes } = planDeploy(await readSnapshot(this.bootstrap, request.deployment), request);
    for (const { path, after } of changes) {
      await mkdir(dirname(path), { recursive: true });
      if (after) await writeFile(path, after);
    }
  }

  /** Ends the VM of the filter that a request to this listener meets: all of it where Envoy has one worker. */
  async trap(listener = "public"): Promise<void> {
    await (await fetch(this.url(listener), { headers: { "x-trap": "yes" } })).text();
  }

  /** What an answer says that filters did to it: undefined where no filter was. */
  async filters(listener = "public"): Promise<string | undefined> {
    const { status, headers } = await get(this.url(listener));
    return status === 200 ? headers["x-filter"]?.toString() : `status ${status}`;
  }

  /** Does something while requests keep flowing, on connections that stay open and on new ones, before and after it too. */
  async underLoad(act: () => Promise<unknown>, listener = "public"): Promise<TrafficReport> {
    const traffic = startTraffic(this.url(listener), "x-filter");
    const more = async (): Promise<void> => {
      for (let count = 0; count < 20; count++) await get(this.url(listener));
    };
    try {
      await more();
      await act();
      await more();
    } finally {
      await traffic.stop();
    }
    return traffic.stop();
  }

  url(listener = "public"): URL {
    return new URL(`http://127.0.0.1:${this.#ports[listener]}/`);
  }

  /** Everything in the folder: path to content. */
  async files(): Promise<Readonly<Record<string, string>>> {
    const entries = await readdir(this.folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath, entry.name));
    const contents = await Promise.all(files.map((path) => readFile(path, "latin1")));
    return Object.fromEntries(files.map((path, index) => [relative(this.folder, path), contents[index] ?? ""]));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#envoy?.stop();
    await this.#upstream.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  #applyOptions({ admin, ...options }: Omit<Deploying, "isTried">): ApplyOptions {
    return { ...options, admin: admin === null ? undefined : (admin ?? this.#envoy?.admin) };
  }
}
