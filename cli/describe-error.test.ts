import { HubError } from "#core";
import { describe, expect, test } from "vitest";
import { describeError, formatError } from "./describe-error.ts";
import { Stopped } from "./env.ts";

const plain = { style: (_: unknown, text: string) => text, isVerbose: false };

function systemError(code: string, facts: Record<string, unknown> = {}): Error {
  return Object.assign(new Error(`${code}: in the system's words`), { code, syscall: "open", ...facts });
}

describe("describeError()", () => {
  test.each([
    { error: systemError("ENOENT", { path: "/x" }), message: "/x: no such file or folder" },
    { error: systemError("EACCES", { path: "/x" }), message: "/x: permission denied" },
    { error: systemError("ENOSPC"), message: "no space left on the disk" },
    { error: systemError("EADDRINUSE", { address: "127.0.0.1", port: 5 }), message: "127.0.0.1:5: the port is in use" },
  ])("says $error.code in words, with what helps", ({ error, message }) => {
    const report = describeError(error);
    expect(report).toMatchObject({ code: (error as NodeJS.ErrnoException).code, message, status: 1, because: [] });
    expect(report.hint).toMatch(/./);
  });

  test("what it does not know is a fault of the program, to be reported", () => {
    expect(describeError(new TypeError("x is undefined"))).toMatchObject({ code: "INTERNAL", status: 1 });
    expect(describeError("a string")).toMatchObject({ message: "a fault in this program: a string" });
    expect(describeError(undefined)).toMatchObject({ code: "INTERNAL" });
  });

  test("an error that comes of a signal is that signal", () => {
    const signal = AbortSignal.abort(new Stopped("SIGINT"));
    expect(describeError(new Error("socket hang up"), signal)).toMatchObject({ code: "INTERRUPTED", status: 130 });
  });

  test("causes are told outermost first, each once", () => {
    const inner = new Error("inner");
    const middle = new Error("middle, for inner", { cause: inner });
    const error = new HubError("CODE", "outer", { cause: new Error("outer", { cause: middle }) });
    expect(describeError(error).because).toEqual(["middle, for inner"]);
  });

  test("the system's words are told where the room has said nothing better", () => {
    const cause = systemError("EACCES", { path: "/x" });
    expect(describeError(new HubError("CODE", "cannot do it", { cause })).because).toEqual(["/x: permission denied"]);
    expect(describeError(new HubError("CODE", "cannot do it", { cause, hint: "own it" })).because).toEqual([]);
  });

  test("of a connection that was refused on every address, the first is told", () => {
    const cause = new AggregateError([new Error("connect refused"), new Error("also refused")], "");
    expect(describeError(new HubError("CODE", "cannot reach it", { cause })).because).toEqual(["connect refused"]);
  });

  test("causes that go in a circle come to an end", () => {
    const error = new Error("round");
    error.cause = error;
    expect(describeError(error).code).toBe("INTERNAL");
  });
});

describe("formatError()", () => {
  test("a headline with the code, the rest of the message, causes, hint, usage", () => {
    const error = new HubError("CODE", "it failed\nin line 3", {
      hint: "do better",
      cause: new Error("the deeper reason"),
      detail: { usage: "wasm try [FLAGS]" },
    });
    expect(formatError(describeError(error), plain)).toBe(
      "error: it failed [CODE]\nin line 3\n  because: the deeper reason\n  hint: do better\n  usage: wasm try [FLAGS]\n",
    );
  });

  test("a long message is cut to a screen, and is whole with -v", () => {
    const text = Array.from({ length: 100 }, (_, index) => `line ${index}`).join("\n");
    const report = describeError(new HubError("CODE", text));
    expect(formatError(report, plain)).toContain("line 30\n… 69 lines more: -v shows them\n");
    expect(formatError(report, { ...plain, isVerbose: true })).toContain("line 99\n");
  });

  test("with -v, the frames of the error and of what caused it", () => {
    const report = describeError(new HubError("CODE", "outer", { cause: new TypeError("inner") }));
    expect(formatError(report, { ...plain, isVerbose: true })).toMatch(
      /HubError \[CODE\]: outer\n(?: +at .*\n)+caused by TypeError: inner\n(?: +at .*\n)+$/,
    );
  });

  test("Ctrl-C is no error", () => {
    expect(formatError(describeError(new Stopped("SIGINT")), plain)).toBe("interrupted\n");
  });
});
