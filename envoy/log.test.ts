import { describe, expect, test } from "vitest";
import { describeLog } from "./log.ts";

const at = "[2026-11-24 02:36:56.791][23496]";

describe("describeLog()", () => {
  test.each([
    {
      name: "leaves out times, threads, source files, and what is no complaint",
      log: `${at}[info][main] [source/server/server.cc:448] starting\n${at}[error][wasm] [source/extensions/common/wasm/wasm.cc:104] Wasm VM failed\n`,
      words: "Wasm VM failed",
    },
    {
      name: "keeps what a filter logs, which has no source file",
      log: `${at}[warning][wasm] wasm log hello: the configuration is not JSON\n`,
      words: "wasm log hello: the configuration is not JSON",
    },
    {
      name: "says a thing once",
      log: `${at}[error][wasm] a\n${at}[error][wasm] b\n${at}[error][wasm] a\n`,
      words: "a\nb",
    },
    {
      name: "keeps the lines that follow a message",
      log: `${at}[critical][wasm] wasm log: panicked at src/lib.rs:3:5:\nindex out of bounds\n${at}[info][main] exiting\nto the console\n`,
      words: "wasm log: panicked at src/lib.rs:3:5:\nindex out of bounds",
    },
    {
      name: "gives the rule that a message breaks, without the message",
      log: `${at}[critical][main] [source/server/server.cc:4] error initializing configuration 'a.yaml': goo.gle/debugonly   \n${"static_resources {\n".repeat(30)}}\n: Proto constraint validation failed (ClusterValidationError.Type: value must be one of the defined enum values)\n`,
      words:
        "error initializing configuration 'a.yaml': Proto constraint validation failed (ClusterValidationError.Type: value must be one of the defined enum values)",
    },
    {
      name: "takes protobuf's random spaces out",
      log: `${at}[critical][main] Protobuf message (reason INVALID_ARGUMENT: near 1:30   (offset 29): no  such field: 'idd')\n`,
      words: "Protobuf message (reason INVALID_ARGUMENT: near 1:30 (offset 29): no such field: 'idd')",
    },
    {
      name: "takes protobuf's mark out of a short message",
      log: `${at}[critical][main] error \`invalid file path\` initializing config 'goo.gle/debugonly    \n  a.yaml'\n`,
      words: "error `invalid file path` initializing config 'a.yaml'",
    },
    {
      name: "says of a crash what it was",
      log: `${at}[critical][backtrace] [./source/server/backtrace.h:173] Caught Segmentation fault, suspect faulting address 0x0\n${at}[critical][backtrace] [./source/server/backtrace.h:157] Backtrace (use tools/stack_decode.py to get line numbers):\n${at}[critical][backtrace] [./source/server/backtrace.h:159] #0: main [0x1]\n`,
      words: "Caught Segmentation fault, suspect faulting address 0x0",
    },
    {
      name: "gives the end of what is no log of Envoy's",
      log: "sh: envoy: not found\n",
      words: "sh: envoy: not found",
    },
    { name: "gives nothing for nothing", log: "", words: "" },
  ])("$name", ({ log, words }) => {
    expect(describeLog(log)).toBe(words);
  });

  test("gives the last messages when there are many, and the start of a long one", () => {
    const log = Array.from({ length: 20 }, (_, index) => `${at}[error][wasm] ${index}\n`).join("");
    expect(describeLog(log, 3)).toBe("17\n18\n19");
    expect(describeLog(`${at}[error][wasm] first\n${"and on\n".repeat(100)}`).split("\n")).toHaveLength(12);
  });
});
