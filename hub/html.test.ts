import fc from "fast-check";
import { expect, test } from "vitest";
import { html } from "./html.ts";
import { dangers, hostile } from "./testing.ts";

test("what is filled in is escaped, what is HTML already is not, and what is absent leaves nothing", () => {
  const bold = html`<b>${"a < b"}</b>`;
  expect(html`${bold} & ${'"quoted"'} ${[bold, bold]}${undefined}${false}${0}`.text).toBe(
    "<b>a &lt; b</b> & &quot;quoted&quot; <b>a &lt; b</b><b>a &lt; b</b>0",
  );
});

test.each(hostile)("%j can do nothing, in text or in an attribute", (text) => {
  expect(dangers(html`<p title="${text}">${text}</p>`.text)).toEqual([]);
});

test("any text comes out of a browser as it went in", () => {
  const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const escaped = html`${text}`.text;
      expect(escaped).not.toMatch(/[<>"']/);
      expect(escaped.replaceAll(/&([^;]+);/g, (_whole, name: string) => entities[name] ?? "")).toBe(text);
    }),
  );
});

test("the test of tests: dangers() sees what it is meant to see", () => {
  for (const text of hostile.slice(0, 9)) expect(dangers(`<p title="${text}">${text}</p>`)).not.toEqual([]);
  expect(dangers('<a href="javascript:alert(1)">x</a>')).toEqual(['href="javascript:alert(1)"']);
  expect(dangers('<a href="//evil.example">x</a>')).toHaveLength(1);
  expect(dangers('<p onclick="x">x</p>')).toHaveLength(1);
});
