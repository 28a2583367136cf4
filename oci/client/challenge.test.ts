import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseChallenges } from "./challenge.ts";

function plain(header: string): unknown {
  return parseChallenges(header).map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)]);
}

describe("parseChallenges()", () => {
  test.each([
    {
      name: "Docker's bearer challenge",
      header: 'Bearer realm="https://auth.example/token",service="hub.example",scope="repository:me/a:pull,push"',
      expected: [
        ["bearer", { realm: "https://auth.example/token", service: "hub.example", scope: "repository:me/a:pull,push" }],
      ],
    },
    { name: "a name in other letters", header: 'BASIC Realm="a"', expected: [["basic", { realm: "a" }]] },
    {
      name: "plain and quoted values",
      header: 'Basic realm=a, charset="UTF-8"',
      expected: [["basic", { realm: "a", charset: "UTF-8" }]],
    },
    {
      name: "an escaped quote",
      header: String.raw`Basic realm="a \"b\" \\c"`,
      expected: [["basic", { realm: String.raw`a "b" \c` }]],
    },
    { name: "an empty value", header: 'Basic realm=""', expected: [["basic", { realm: "" }]] },
    { name: "spaces around =", header: 'Basic realm = "a"', expected: [["basic", { realm: "a" }]] },
    {
      name: "two challenges in one header",
      header: 'Basic realm="a", Bearer realm="https://b.example/",service=c',
      expected: [
        ["basic", { realm: "a" }],
        ["bearer", { realm: "https://b.example/", service: "c" }],
      ],
    },
    {
      name: "a scheme without parameters before another",
      header: 'Negotiate, Basic realm="a"',
      expected: [
        ["negotiate", {}],
        ["basic", { realm: "a" }],
      ],
    },
    { name: "nothing", header: "", expected: [] },
    { name: "only commas", header: " , ,", expected: [] },
    { name: "what is no token", header: '"', expected: [] },
    {
      name: "a quote that does not end",
      header: 'Basic realm="a',
      expected: [
        ["basic", {}],
        ["realm", {}],
      ],
    },
  ])("reads $name", ({ header, expected }) => {
    expect(plain(header)).toEqual(expected);
  });

  test("reads back whatever is written by the grammar", () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
    const value = fc.string({ unit: "grapheme-ascii", maxLength: 30 });
    const challenge = fc.tuple(name, fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key, maxLength: 4 }));
    fc.assert(
      fc.property(fc.array(challenge, { minLength: 1, maxLength: 4 }), (challenges) => {
        const quote = (text: string): string => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
        const header = challenges
          .map(([scheme, pairs]) =>
            `${scheme} ${pairs.map(([key, text]) => `${key}=${quote(text)}`).join(", ")}`.trim(),
          )
          .join(", ");
        expect(plain(header)).toEqual(challenges.map(([scheme, pairs]) => [scheme, Object.fromEntries(pairs)]));
      }),
    );
  });

  test("ends on any text, and gives names in lower case", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary-ascii", maxLength: 200 }), (header) => {
        for (const { scheme, parameters } of parseChallenges(header)) {
          for (const text of [scheme, ...parameters.keys()]) expect(text).toBe(text.toLowerCase());
        }
      }),
    );
  });
});
