import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { nearest } from "./suggest.ts";

const words = ["push", "pull", "build", "list", "login", "logout", "undeploy"];

describe("nearest()", () => {
  test.each([
    { typed: "psuh", meant: "push" },
    { typed: "buidl", meant: "build" },
    { typed: "bui", meant: "build" },
    { typed: "LIST", meant: "list" },
    { typed: "undploy", meant: "undeploy" },
    { typed: "logi", meant: "login" },
    { typed: "log", meant: undefined },
    { typed: "x", meant: undefined },
    { typed: "", meant: undefined },
    { typed: "frobnicate", meant: undefined },
  ])("$typed: $meant", ({ typed, meant }) => {
    expect(nearest(typed, words)).toBe(meant);
  });

  test("a word that is right is its own nearest", () => {
    for (const word of words) expect(nearest(word, words)).toBe(word);
  });

  test("one letter wrong is found in any word of six letters or more", () => {
    fc.assert(
      fc.property(fc.nat(7), fc.constantFrom("x", "y", "z"), (at, letter) => {
        const typed = "undeploy".slice(0, at) + letter + "undeploy".slice(at + 1);
        expect(nearest(typed, words)).toBe("undeploy");
      }),
    );
  });
});
