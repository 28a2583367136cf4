import { describe, expect, test } from "vitest";
import { readListeners, readSlot } from "./running.ts";
import { FakeAdmin } from "./testing.ts";
import { listenersFollow, verdictOn } from "./watch.ts";

const path = "/etc/envoy/wasm-hub/demo/slot-0/extension.json";

const watch = (admin: FakeAdmin, timeoutMs = 5_000) => ({ admin, deployment: "demo", timeoutMs });

describe("verdictOn() a version that was offered", () => {
  test.each([
    { name: "named and counted: taken", version: "b", refused: 0, reloads: 2, verdict: "taken" },
    { name: "a refusal counted: refused", version: "a", refused: 1, reloads: 2, verdict: "refused" },
  ])("$name", async ({ version, refused, reloads, verdict }) => {
    const admin = new FakeAdmin();
    admin.slot("a", 0, 1);
    const before = await readSlot(admin, "demo");
    admin.slot(version, refused, reloads);
    expect(await verdictOn("b", before, watch(admin))).toBe(verdict);
  });

  test("which is what ran already: taken", async () => {
    const admin = new FakeAdmin();
    admin.slot("b", 3, 3);
    expect(await verdictOn("b", await readSlot(admin, "demo"), watch(admin))).toBe("taken");
  });

  test("named and never counted: untried", async () => {
    const admin = new FakeAdmin();
    admin.slot("", 1, 1);
    const before = await readSlot(admin, "demo");
    admin.slot("b", 1, 1);
    expect(await verdictOn("b", before, watch(admin))).toBe("untried");
  });

  test("of which Envoy never says anything: an error", async () => {
    const error = { code: "ENVOY_UNCHANGED", message: expect.stringContaining("version b within 0.001 s") };
    await expect(verdictOn("b", undefined, watch(new FakeAdmin(), 1))).rejects.toMatchObject(error);
  });

  test("stops when it is told to", async () => {
    const signal = AbortSignal.abort(new Error("interrupted"));
    await expect(verdictOn("b", undefined, { ...watch(new FakeAdmin()), signal })).rejects.toThrow("interrupted");
  });
});

describe("listenersFollow()", () => {
  const state = (name: string, slot = false): Record<string, unknown> => ({
    listener: { name, ...(slot && { path }) },
  });
  const settled = (name: string, slot = false): Record<string, unknown> => ({ name, active_state: state(name, slot) });
  const refused = (at: string): object => ({ error_state: { details: "no such port\n", last_update_attempt: at } });

  async function follows(listeners: readonly Record<string, unknown>[], names: readonly string[]): Promise<boolean> {
    const admin = new FakeAdmin();
    admin.dumps["dynamic_listeners"] = listeners;
    return listenersFollow(names, path, [], watch(admin, 1)).then(
      () => true,
      () => false,
    );
  }

  test.each([
    { name: "those that were asked for have it, others not", listeners: [settled("a", true), settled("b")], is: true },
    { name: "one has it not yet", listeners: [settled("a"), settled("b")], is: false },
    { name: "another has it still", listeners: [settled("a", true), settled("b", true)], is: false },
    { name: "one is not there", listeners: [settled("b")], is: false },
    { name: "a newer version warms", listeners: [{ ...settled("a", true), warming_state: {} }], is: false },
    { name: "it only warms", listeners: [{ name: "a", warming_state: state("a", true) }], is: false },
  ])("$name: $is", async ({ listeners, is }) => {
    expect(await follows(listeners, ["a"])).toBe(is);
  });

  test("knows a listener without a name by its address", async () => {
    const address = { socket_address: { address: "127.0.0.1", port_value: 80 } };
    const unnamed = { name: "3f5a-random", active_state: { listener: { address, path } } };
    expect(await follows([unnamed], ["127.0.0.1:80"])).toBe(true);
  });

  test("does not wait for static listeners", async () => {
    const admin = new FakeAdmin();
    admin.dumps["static_listeners"] = [state("fixed", true)];
    await listenersFollow([], path, [], watch(admin, 1));
    expect((await readListeners(admin)).map(({ name, isStatic }) => [name, isStatic])).toEqual([["fixed", true]]);
  });

  test("passes on what Envoy says when it refuses, unless that is old", async () => {
    const admin = new FakeAdmin();
    admin.dumps["dynamic_listeners"] = [{ ...settled("a"), ...refused("1") }];
    const before = await readListeners(admin);
    admin.dumps["dynamic_listeners"] = [{ ...settled("a"), ...refused("2") }];
    await expect(listenersFollow(["a"], path, before, watch(admin))).rejects.toMatchObject({
      code: "ENVOY_REJECTED",
      message: "Envoy refused the changed listener a: no such port",
    });
    const now = await readListeners(admin);
    await expect(listenersFollow(["a"], path, now, watch(admin, 1))).rejects.toMatchObject({ code: "ENVOY_UNCHANGED" });
  });
});
