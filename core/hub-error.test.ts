import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { errorCode, errorMessage, HubError } from "./hub-error.ts";

class RoomError extends HubError<"NOT_HERE"> {}

describe("HubError", () => {
  test("carries code, hint, detail and cause, under the name of its own class", () => {
    const cause = new Error("deeper");
    const error = new RoomError("NOT_HERE", "a is not here", { hint: "look there", detail: { path: "a" }, cause });
    expect(error).toBeInstanceOf(HubError);
    expect(error).toMatchObject({ name: "RoomError", code: "NOT_HERE", hint: "look there", detail: { path: "a" } });
    expect(String(error)).toBe("RoomError: a is not here");
    expect(error.cause).toBe(cause);
  });

  test("without a cause has none, so that nobody prints an empty one", () => {
    const error = new RoomError("NOT_HERE", "a is not here");
    expect("cause" in error).toBe(false);
    expect(error).toMatchObject({ hint: undefined, detail: {} });
  });
});

describe("errorCode()", () => {
  test("gives the code of a system error, and of a HubError", async () => {
    const missing: unknown = await readFile("/nowhere/at/all").catch((error: unknown) => error);
    expect(errorCode(missing)).toBe("ENOENT");
    expect(errorCode(new RoomError("NOT_HERE", "x"))).toBe("NOT_HERE");
  });

  test.each([undefined, null, "ENOENT", 7, {}, { code: 7 }, new Error("x"), new DOMException("x", "AbortError")])(
    "gives none for %o",
    (thrown) => {
      expect(errorCode(thrown)).toBeUndefined();
    },
  );
});

describe("errorMessage()", () => {
  test.each([
    [new Error("bad luck"), "bad luck"],
    ["bad luck", "bad luck"],
    [7, "7"],
    [undefined, "undefined"],
    [null, "null"],
  ])("of %o is %s", (thrown, message) => {
    expect(errorMessage(thrown)).toBe(message);
  });
});
