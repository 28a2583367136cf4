import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { replaceFileOnDisk } from "#deploy/envoy";
import { partOrReason } from "../../tools/parts/mod.ts";
import { compileMarker, requestFor } from "./filters.ts";
import { type Deploying, Stage } from "./stage.ts";

const envoy = await partOrReason("envoy");
const envoyPath = "path" in envoy ? envoy.path : "";

/** Does it again and again, with the first write failing, then the second, until there are no more. @returns how many failed */
async function failEachWrite(
  act: (options: Deploying) => Promise<unknown>,
  check: () => Promise<void>,
): Promise<number> {
  for (let failing = 1; ; failing++) {
    let left = failing;
    const replaceFile: Deploying["replaceFile"] = async (path, bytes) => {
      left--;
      if (left === 0) throw new Error("the disk is full");
      await replaceFileOnDisk(path, bytes);
    };
    const failure = await act({ replaceFile }).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (failure === undefined) return failing - 1;
    expect(failure).toMatchObject({ message: "the disk is full" });
    await check();
  }
}

describe.skipIf("reason" in envoy)("when a file cannot be written while Envoy runs,", () => {
  let one: Uint8Array;
  let stage: Stage;

  beforeAll(async () => void (one = await compileMarker("one")));
  beforeEach(async () => void (stage = await Stage.open({ envoyPath })));
  afterEach(() => stage[Symbol.asyncDispose]());

  test("each deploy and undeploy is undone, in the files and in Envoy", async () => {
    const before = await stage.files();
    const first = await failEachWrite(
      (options) => stage.deploy(requestFor(one), options),
      async () => {
        expect(await stage.files()).toEqual(before);
        expect(await stage.filters()).toBeUndefined();
      },
    );
    // Module, record, a slot that lets everything pass, listeners, the slot's filter.
    expect(first).toBe(5);

    const deployed = await stage.files();
    const later = await failEachWrite(
      (options) => stage.deploy(requestFor(one, { configuration: "x" }), options),
      async () => {
        expect(await stage.files()).toEqual(deployed);
        expect(await stage.filters()).toBe("one:");
      },
    );
    expect(later).toBe(2);

    const changed = await stage.files();
    const last = await failEachWrite(
      (options) => stage.undeploy("marker", options),
      async () => expect(await stage.files()).toEqual(changed),
    );
    expect(last).toBe(5);
    expect(await stage.files()).toEqual(before);
    expect(await stage.filters()).toBeUndefined();
  });

  test("and neither does an interruption half way leave anything", async () => {
    const before = await stage.files();
    const stop = new AbortController();
    const replaceFile: Deploying["replaceFile"] = async (path, bytes) => {
      await replaceFileOnDisk(path, bytes);
      if (path.endsWith("listeners.yaml")) stop.abort(new Error("interrupted"));
    };
    await expect(stage.deploy(requestFor(one), { replaceFile, signal: stop.signal })).rejects.toThrow("interrupted");
    expect(await stage.files()).toEqual(before);
    expect(await stage.filters()).toBeUndefined();
  });
});
