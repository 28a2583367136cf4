import { describe, expect, test } from "vitest";
import { redirectTarget } from "./http.ts";

describe("redirectTarget()", () => {
  test.each([
    { from: "https://hub.example/v2/a", location: "/v2/b?x=1", to: "https://hub.example/v2/b?x=1" },
    { from: "https://hub.example/v2/a", location: "https://blobs.example/b", to: "https://blobs.example/b" },
    { from: "http://127.0.0.1:5000/v2/a", location: "https://blobs.example/b", to: "https://blobs.example/b" },
    { from: "http://127.0.0.1:5000/v2/a", location: "http://127.0.0.1:6000/b", to: "http://127.0.0.1:6000/b" },
    { from: "https://hub.example/v2/a", location: "http://", to: undefined },
    { from: "https://hub.example/v2/a", location: undefined, to: undefined },
  ])("from $from by $location is $to", ({ from, location, to }) => {
    expect(redirectTarget(new URL(from), location)?.href).toBe(to);
  });

  test.each(["http://hub.example/v2/a", "http://127.0.0.1/", "ftp://blobs.example/"])(
    "never leads from TLS to %s",
    (location) => {
      expect(() => redirectTarget(new URL("https://hub.example/v2/a"), location)).toThrow(
        expect.objectContaining({ code: "REGISTRY_ANSWER_INVALID" }),
      );
    },
  );
});
