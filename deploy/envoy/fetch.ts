import { DeployError } from "./errors.ts";
import type { RemoteCode } from "./extension.ts";
import { type ClusterRequests, readClusterRequests } from "./running.ts";
import { poll, type Verdict, type WatchOptions } from "./watch.ts";

/**
 * Has Envoy fetch a module while the filter that runs goes on running. Envoy puts a filter whose module it has yet to fetch
 * into effect at once, without the module: requests would go by unfiltered. So the filter is first offered with the order to
 * refuse it and fetch the module (`nack_on_code_cache_miss`), until Envoy has it.
 *
 * Whether an offer made Envoy fetch is seen from the cluster's requests: what Envoy counts of fetched modules goes away with
 * the filter that it refused.
 *
 * @param offer a variant of the filter for each attempt, since Envoy passes over what it refused last
 * @returns whether Envoy took the filter; false: it has the module, and refuses the filter
 * @throws {DeployError} MODULE_FETCH_FAILED
 */
export async function fetchInAdvance(
  offer: (attempt: number) => Promise<Verdict>,
  code: RemoteCode,
  { admin, signal, timeoutMs }: WatchOptions,
): Promise<boolean> {
  const read = (): Promise<ClusterRequests> => readClusterRequests(admin, code.cluster, signal);
  let earlier: ClusterRequests | undefined;
  for (let attempt = 1; ; attempt++) {
    const before = await read();
    const verdict = await offer(attempt);
    if (verdict === "taken") return true;
    if (verdict === "untried") continue;
    // An offer while a fetch is under way would start another.
    const after = await poll({ timeoutMs, signal }, async () => {
      const now = await read();
      return now.underWay <= before.underWay ? now : undefined;
    });
    if (!after) throw notFetched(code, `it had not arrived after ${timeoutMs / 1000} s`);
    if (after.completed === before.completed) return false;
    if (earlier) throw notFetched(code, whatCameOf(earlier, before));
    earlier = before;
  }
}

function whatCameOf(before: ClusterRequests, after: ClusterRequests): string {
  if (after.sent === before.sent) return "the registry cannot be reached from there";
  const [status] = [...after.byStatus].find(([status, count]) => count > (before.byStatus.get(status) ?? 0)) ?? [];
  if (status === 200) return "what came is not the module: its digest is another";
  return `the registry answered ${status ?? "nothing"}`;
}

function notFetched({ url, cluster }: RemoteCode, why: string): DeployError {
  return new DeployError("MODULE_FETCH_FAILED", `Envoy could not fetch ${url}: ${why}`, {
    hint: "Envoy has no credentials and follows no redirects: the repository must be public; or leave --mode remote out",
    detail: { url, cluster },
  });
}
