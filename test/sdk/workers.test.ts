import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { partOrReason } from "../../tools/parts/mod.ts";
import { compileFilter } from "./compile-filter.ts";
import { type Stage, type StageListener, startEnvoy } from "./envoy-stage.ts";
import { send, startUpstream } from "./traffic.ts";

const envoy = await partOrReason("envoy");
const workers = 3;

// filters/two.ts: "counting" answers with its configuration and the number of its streams so far. A worker has a VM of its own.

describe.skipIf("reason" in envoy)("a module in several workers of an Envoy", () => {
  let stage: Stage;
  let upstream: Awaited<ReturnType<typeof startUpstream>>;
  let wasm: Uint8Array;
  const counting = (name: string): StageListener => {
    return { name, wasm, rootId: "counting", configuration: name, vmId: "shared" };
  };

  beforeAll(async () => {
    ({ wasm } = await compileFilter("two"));
    upstream = await startUpstream();
    const listeners = [counting("one"), counting("two")];
    stage = await startEnvoy("path" in envoy ? envoy.path : "", upstream.port, listeners, { concurrency: workers });
  });
  afterAll(async () => {
    await stage.stop();
    await upstream.close();
  });

  /** Sends requests, each on a connection of its own. @returns what each was answered: configuration and number */
  async function counts(listener: string, requests: number): Promise<string[]> {
    const answers = Array.from({ length: requests }, () => send(stage.port(listener), {}));
    return (await Promise.all(answers)).map(({ status, headers }) => `${status} ${headers["x-count"]}`);
  }

  test("each counts for itself, without gaps, whatever configuration shares its VM", async () => {
    const [one, two] = await Promise.all([counts("one", 120), counts("two", 120)]);
    for (const [name, answers] of [["one", one] as const, ["two", two] as const]) {
      const numbers = answers.map((answer) => Number(answer.replace(`200 ${name} `, "")));
      expect(numbers).not.toContain(Number.NaN);
      const timesSeen = (number: number): number => numbers.filter((other) => other === number).length;
      expect(timesSeen(1)).toBe(workers);
      // Every number that one worker gave was preceded by all below it.
      for (let number = 2; number <= Math.max(...numbers); number++) {
        expect(timesSeen(number)).toBeLessThanOrEqual(timesSeen(number - 1));
      }
    }
  });

  test("configurations come and go under load, and every stream is answered by its own", async () => {
    const over = new AbortController();
    const answers: string[] = [];
    const load = (async () => {
      while (!over.signal.aborted) answers.push(...(await counts("two", 6)));
    })();
    for (const name of ["three", "four", "five"]) {
      await stage.replaceListeners([counting("two"), counting(name)]);
      expect(await counts(name, 6)).toSatisfy((all: string[]) =>
        all.every((answer) => answer.startsWith(`200 ${name} `)),
      );
    }
    over.abort();
    await load;
    expect(answers.length).toBeGreaterThan(0);
    expect(answers.filter((answer) => !answer.startsWith("200 two "))).toEqual([]);
  });

  test("they end without a trap, each having told what it counted", async () => {
    const { status, log } = await stage.stop();
    expect(status).toBe(0);
    const counted = [...log.matchAll(/one ends after (\d+)/g)].map((match) => Number(match[1]));
    expect(counted.reduce((sum, count) => sum + count, 0)).toBe(120);
    expect(log).not.toMatch(/abort: |Function: proxy_|\[critical\]/);
  });
});
