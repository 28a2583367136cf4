import { describe, expect, test } from "vitest";
import { digestOf } from "#oci";
import { fetchInAdvance } from "./fetch.ts";
import { FakeAdmin } from "./testing.ts";
import type { Verdict } from "./watch.ts";

const code = { url: "http://hub.example/v2/demo/blobs/sha256:0", cluster: "hub:5000", digest: digestOf("module") };

/** An Envoy that answers each offer in turn: what its cluster counts after it, and its verdict. */
function script(
  ...offers: readonly {
    verdict: Verdict;
    counts?: Readonly<Record<string, number>>;
    later?: Readonly<Record<string, number>>;
  }[]
): { admin: FakeAdmin; offered: number[]; offer: (attempt: number) => Promise<Verdict> } {
  const admin = new FakeAdmin();
  const offered: number[] = [];
  const set = (counts: Readonly<Record<string, number>> = {}): void => {
    for (const [name, count] of Object.entries(counts)) admin.counts.set(`cluster.hub_5000.upstream_rq_${name}`, count);
  };
  set({ active: 0, completed: 7, total: 7, 200: 7 });
  const offer = async (attempt: number): Promise<Verdict> => {
    const next = offers[offered.length];
    if (!next) throw new Error("one offer too many");
    offered.push(attempt);
    set(next.counts);
    if (next.later) setImmediate(() => set(next.later));
    return next.verdict;
  };
  return { admin, offered, offer };
}

const watch = (admin: FakeAdmin, timeoutMs = 5_000) => ({ admin, deployment: "demo", timeoutMs });

describe("fetchInAdvance()", () => {
  test("is done when Envoy has the module already", async () => {
    const { admin, offer, offered } = script({ verdict: "taken" });
    expect(await fetchInAdvance(offer, code, watch(admin))).toBe(true);
    expect(offered).toEqual([1]);
  });

  test("offers a second variant once what the first made Envoy fetch is there, and not before", async () => {
    const { admin, offer, offered } = script(
      { verdict: "refused", counts: { active: 1, total: 8, completed: 8, 200: 8 }, later: { active: 0 } },
      { verdict: "taken" },
    );
    expect(await fetchInAdvance(offer, code, watch(admin))).toBe(true);
    expect(offered).toEqual([1, 2]);
  });

  test("says no when Envoy refuses a filter whose module it has", async () => {
    const { admin, offer } = script({ verdict: "refused" });
    expect(await fetchInAdvance(offer, code, watch(admin))).toBe(false);
  });

  test("says no when Envoy refuses the filter once it has the module", async () => {
    const { admin, offer } = script({ verdict: "refused", counts: { completed: 8, total: 8 } }, { verdict: "refused" });
    expect(await fetchInAdvance(offer, code, watch(admin))).toBe(false);
  });

  test("offers another variant when one was passed over", async () => {
    const { admin, offer, offered } = script({ verdict: "untried" }, { verdict: "taken" });
    expect(await fetchInAdvance(offer, code, watch(admin))).toBe(true);
    expect(offered).toEqual([1, 2]);
  });

  test.each([
    { name: "a status", counts: { completed: 8, total: 8, 404: 1 }, why: "the registry answered 404" },
    { name: "other bytes", counts: { completed: 8, total: 8, 200: 8 }, why: "its digest is another" },
    { name: "no connection", counts: { completed: 8, 503: 1 }, why: "cannot be reached" },
  ])("says what came instead of the module: $name", async ({ counts, why }) => {
    const again = { ...counts, completed: 9 };
    const { admin, offer } = script({ verdict: "refused", counts }, { verdict: "refused", counts: again });
    await expect(fetchInAdvance(offer, code, watch(admin))).rejects.toMatchObject({
      code: "MODULE_FETCH_FAILED",
      message: expect.stringContaining(why),
      detail: { url: code.url, cluster: code.cluster },
    });
  });

  test("gives up on a fetch that does not end", async () => {
    const { admin, offer } = script({ verdict: "refused", counts: { active: 1, total: 8 } });
    await expect(fetchInAdvance(offer, code, watch(admin, 1))).rejects.toMatchObject({
      code: "MODULE_FETCH_FAILED",
      message: expect.stringContaining("it had not arrived"),
    });
  });
});
