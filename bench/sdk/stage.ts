import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type RunningEnvoy, startEnvoy } from "#envoy";
import type { Built } from "./peer.ts";

/** A listener of the one Envoy; without `built` it has no filter. */
export interface Lane {
  readonly name: string;
  readonly built?: Built;
}

export interface Stage extends AsyncDisposable {
  readonly envoy: RunningEnvoy;
  port(lane: string): number;
}

/** The response's body, 1 KiB, with one place to fill in. */
export const body = `{"greeting":"Hello, {user}!","text":"`.padEnd(1022, "Lorem ipsum dolor sit amet, ") + `"}`;

/**
 * One Envoy with one worker and a listener for each lane, so that lanes differ in nothing but their filter. Envoy itself
 * answers, at `/echo` with the request headers that a filter has set.
 *
 * @param folder for the configuration and the modules
 */
export async function startStage(envoyPath: string, lanes: readonly Lane[], folder: string): Promise<Stage> {
  await mkdir(folder, { recursive: true });
  const listeners = [];
  for (const lane of lanes) listeners.push(listener(lane.name, await filtersOf(lane, folder)));
  const configPath = join(folder, "envoy.json");
  await writeFile(configPath, JSON.stringify({ admin: { address: loopback }, static_resources: { listeners } }));
  const envoy = await startEnvoy({ path: envoyPath, configPath, concurrency: 1, logLevel: "error" });
  const ports = new Map((await envoy.admin.listeners()).map(({ name, port }) => [name, port]));
  return {
    envoy,
    port: (lane) => ports.get(lane) ?? 0,
    [Symbol.asyncDispose]: async () => void (await envoy.stop()),
  };
}

const loopback = { socket_address: { address: "127.0.0.1", port_value: 0 } };

const type = (name: string): object => ({ "@type": `type.googleapis.com/envoy.${name}` });

async function filtersOf({ name, built }: Lane, folder: string): Promise<object[]> {
  if (!built) return [];
  if (built.kind === "lua") {
    const typed = {
      ...type("extensions.filters.http.lua.v3.Lua"),
      default_source_code: { inline_string: built.source },
    };
    return [{ name: "lua", typed_config: typed }];
  }
  const filename = join(folder, `${name.replaceAll(/\W/g, "_")}.wasm`);
  await writeFile(filename, built.bytes);
  const config = {
    name,
    root_id: "bench",
    vm_config: { vm_id: name, runtime: "envoy.wasm.runtime.v8", code: { local: { filename } } },
  };
  return [{ name: "wasm", typed_config: { ...type("extensions.filters.http.wasm.v3.Wasm"), config } }];
}

function listener(name: string, filters: readonly object[]): object {
  const answer = { status: 200, body: { inline_string: body } };
  const echoed = ["x-header-count", "x-header-bytes", "x-user-id", "x-filter", "x-stage"].map((header) => ({
    header: { key: `echo-${header}`, value: `%REQ(${header})%` },
  }));
  const manager = {
    ...type("extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"),
    stat_prefix: "bench",
    generate_request_id: false,
    route_config: {
      virtual_hosts: [
        {
          name: "all",
          domains: ["*"],
          routes: [
            { match: { path: "/echo" }, direct_response: answer, response_headers_to_add: echoed },
            { match: { prefix: "/" }, direct_response: answer },
          ],
        },
      ],
    },
    http_filters: [
      ...filters,
      // Has a request answered only when its body is there, so that a filter sees it.
      {
        name: "buffer",
        typed_config: { ...type("extensions.filters.http.buffer.v3.Buffer"), max_request_bytes: 1_048_576 },
      },
      {
        name: "fault",
        typed_config: {
          ...type("extensions.filters.http.fault.v3.HTTPFault"),
          delay: { header_delay: {}, percentage: { numerator: 100 } },
        },
      },
      { name: "router", typed_config: type("extensions.filters.http.router.v3.Router") },
    ],
  };
  return {
    name,
    address: loopback,
    filter_chains: [{ filters: [{ name: "envoy.filters.network.http_connection_manager", typed_config: manager }] }],
  };
}
