import { describe, expect, test } from "vitest";
import { readChunkRange, readRange } from "./range.ts";

describe("readRange()", () => {
  test.each([
    ["bytes=0-0", { first: 0, last: 0 }],
    ["bytes=2-5", { first: 2, last: 5 }],
    ["bytes=2-", { first: 2, last: 9 }],
    ["bytes=2-99", { first: 2, last: 9 }],
    ["bytes=-3", { first: 7, last: 9 }],
    ["bytes=-99", { first: 0, last: 9 }],
    ["bytes=10-", "unsatisfiable"],
    ["bytes=-0", "unsatisfiable"],
    ["bytes=5-2", "unsatisfiable"],
    [undefined, "whole"],
    ["bytes=0-1,4-5", "whole"],
    ["lines=0-1", "whole"],
    ["bytes=-", "whole"],
    ["bytes=a-b", "whole"],
    ["bytes=0-99999999999999999999", "whole"],
  ])("%j of ten bytes is %j", (header, range) => {
    expect(readRange(header, 10)).toEqual(range);
  });

  test.each(["bytes=0-", "bytes=0-0", "bytes=-1"])("%j of no bytes is unsatisfiable", (header) => {
    expect(readRange(header, 0)).toBe("unsatisfiable");
  });
});

describe("readChunkRange()", () => {
  test.each([
    ["0-9", { first: 0, last: 9 }],
    ["10-10", { first: 10, last: 10 }],
    ["bytes 10-19/*", { first: 10, last: 19 }],
    ["bytes 10-19/20", { first: 10, last: 19 }],
    ["9-0", undefined],
    ["-5", undefined],
    ["5-", undefined],
    ["", undefined],
    ["0-9,10-19", undefined],
    ["bytes=0-9", undefined],
    ["0x0-0x9", undefined],
  ])("%j is %j", (header, range) => {
    expect(readChunkRange(header)).toEqual(range);
  });
});
