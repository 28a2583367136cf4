import { expect, test } from "vitest";
import { wantsColors } from "./colors.ts";

test.each([
  { vars: {}, terminal: true, pipe: false },
  { vars: { NO_COLOR: "1" }, terminal: false, pipe: false },
  { vars: { NO_COLOR: "" }, terminal: true, pipe: false },
  { vars: { FORCE_COLOR: "1" }, terminal: true, pipe: true },
  { vars: { FORCE_COLOR: "" }, terminal: true, pipe: true },
  { vars: { FORCE_COLOR: "0" }, terminal: false, pipe: false },
  { vars: { FORCE_COLOR: "false" }, terminal: false, pipe: false },
  { vars: { FORCE_COLOR: "3", NO_COLOR: "1" }, terminal: true, pipe: true },
  { vars: { TERM: "dumb" }, terminal: false, pipe: false },
])("$vars: $terminal at a terminal, $pipe in a pipe", ({ vars, terminal, pipe }) => {
  expect([wantsColors(vars, true), wantsColors(vars, false)]).toEqual([terminal, pipe]);
});
