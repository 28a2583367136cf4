import fc, { type GeneratorValue } from "fast-check";
import { managerType, routerType } from "./testing.ts";

type Value = string | Marked | readonly Value[] | { readonly [key: string]: Value };

/** A value with an anchor, or the alias of one that came before. */
class Marked {
  readonly anchor: string;
  readonly value: Value | undefined;

  constructor(anchor: string, value?: Value) {
    this.anchor = anchor;
    this.value = value;
  }
}

/** Draws a bootstrap with listeners and clusters, as some person or some program might have written it. */
export function drawBootstrap(draw: GeneratorValue): string {
  const whole = shuffle(draw, {
    node: { id: "a", cluster: "n" },
    static_resources: shuffle(draw, {
      listeners: listOf(draw, 3, (index) => listener(draw, index)),
      ...(oneIn(draw, 3)
        ? {}
        : { clusters: listOf(draw, 2, (index) => ({ name: `cluster-${index}`, type: "STATIC" })) }),
    }),
  });
  const end = draw(fc.constantFrom, "\n", "\r\n");
  const head = draw(fc.constantFrom, "", "", "# The gateway\n", "---\n", "\n\n");
  const text = `${head}${new Writer(draw).block(whole, 0).join("\n")}${draw(fc.constantFrom, "\n", "", "\n\n", "\n# end\n")}`;
  return (oneIn(draw, 5) ? "\uFEFF" : "") + text.replaceAll("\n", end);
}

function listener(draw: GeneratorValue, index: number): Value {
  const router = { name: "envoy.filters.http.router", typed_config: { "@type": routerType } };
  const others = listOf(draw, 2, () => ({ name: draw(fc.constantFrom, "on", "a # b", "it's", 'say "hi"', "cors") }), 0);
  const filters: Value = [...others, oneIn(draw, 3) ? { name: router.name } : router];
  const shared = index === 0 ? new Marked("filters", filters) : new Marked("filters");
  const manager = {
    "@type": managerType,
    stat_prefix: "x",
    http_filters: oneIn(draw, 3) || index === 0 ? shared : filters,
  };
  const config = shuffle(draw, manager);
  const tcp = { name: "tcp", typed_config: { "@type": "example.org/of.their.Own", text: "a: b" } };
  const chain = { filters: [...(oneIn(draw, 3) ? [tcp] : []), { name: "hcm", typed_config: config }] };
  const chains = oneIn(draw, 4) ? { default_filter_chain: chain } : { filter_chains: [chain] };
  return shuffle(draw, { name: `listener-${index}`, ...chains });
}

function oneIn(draw: GeneratorValue, times: number): boolean {
  return draw(fc.nat, { max: times - 1 }) === times - 1;
}

function listOf(draw: GeneratorValue, most: number, make: (index: number) => Value, least = 1): readonly Value[] {
  return Array.from({ length: draw(fc.integer, { min: least, max: most }) }, (_, index) => make(index));
}

function shuffle<T extends { readonly [key: string]: Value }>(draw: GeneratorValue, map: T): T {
  const keys = Object.keys(map);
  const order = draw(fc.shuffledSubarray, keys, { minLength: keys.length, maxLength: keys.length });
  // An anchor comes before its aliases: lists stay in order, and no map has both.
  return Object.fromEntries(order.map((key) => [key, map[key]])) as T;
}

/** Writes YAML in every style that Envoy reads, chosen anew for each node. */
class Writer {
  readonly #draw: GeneratorValue;

  constructor(draw: GeneratorValue) {
    this.#draw = draw;
  }

  /** Lines of a mapping or a list, `margin` spaces from the left. */
  block(value: Exclude<Value, string | Marked>, margin: number): string[] {
    const pad = " ".repeat(margin);
    if (isList(value)) return value.flatMap((item, index) => [...this.#noise(index), ...this.#item(item, margin)]);
    return Object.entries(value).flatMap(([key, item], index) => {
      const [first, ...others] = this.#entry(item, margin);
      return [...this.#noise(index), `${pad}${this.#scalar(key)}:${first}`, ...others];
    });
  }

  #item(item: Value, margin: number): string[] {
    const gap = this.#space(1, 3);
    const start = `${" ".repeat(margin)}-`;
    if (typeof item === "string" || item instanceof Marked || this.#oneIn(4))
      return [`${start}${gap}${this.#flow(item, margin)}`];
    const [first = "", ...others] = this.block(item, margin + 1 + gap.length);
    return [`${start}${gap}${first.trimStart()}`, ...others];
  }

  /** What follows a key and its colon. */
  #entry(item: Value, margin: number): string[] {
    const marked = item instanceof Marked ? item : undefined;
    const value = marked ? marked.value : item;
    if (value === undefined) return [` *${marked?.anchor} ${this.#comment()}`];
    const anchor = marked ? ` &${marked.anchor}` : "";
    if (typeof value === "string" || value instanceof Marked || this.#oneIn(5)) {
      return [`${anchor} ${this.#flow(value, margin)}${this.#comment()}`];
    }
    const step = this.#draw(fc.integer, { min: isList(value) ? 0 : 1, max: 5 });
    return [`${anchor}${this.#comment()}`, ...this.block(value, margin + step)];
  }

  #flow(value: Value, margin: number): string {
    if (typeof value === "string") return this.#scalar(value);
    if (value instanceof Marked) {
      if (value.value === undefined) return `*${value.anchor} `;
      return `&${value.anchor} ${this.#flow(value.value, margin)}`;
    }
    const lineBreak = `\n${" ".repeat(margin + 2)}`;
    const gap = this.#draw(fc.constantFrom, " ", "", lineBreak);
    const comma = this.#draw(fc.constantFrom, ", ", `,${lineBreak}`, ` ,${lineBreak}`);
    if (isList(value)) return `[${gap}${value.map((item) => this.#flow(item, margin + 2)).join(comma)}${gap}]`;
    const entries = Object.entries(value).map(([key, item]) => `${this.#scalar(key)}: ${this.#flow(item, margin + 2)}`);
    return `{${gap}${entries.join(comma)}${gap}}`;
  }

  #scalar(text: string): string {
    const isPlain = /^[a-z][\w./-]*$/.test(text) && !["on", "n"].includes(text);
    const styles = [JSON.stringify(text), `'${text.replaceAll("'", "''")}'`, ...(isPlain ? [text, text] : [])];
    return this.#draw(fc.constantFrom, ...styles);
  }

  #comment(): string {
    return this.#draw(fc.constantFrom, "", "", "", " # why", "  # [not] {a: list}", " \t# - name: x", "  ");
  }

  /** Lines between entries that say nothing to Envoy. */
  #noise(index: number): string[] {
    if (index === 0 || !this.#oneIn(4)) return [];
    return [`${this.#space(0, 12)}# - name: envoy.filters.http.router`, ...(this.#oneIn(2) ? ["", "  "] : [])];
  }

  #space(min: number, max: number): string {
    return " ".repeat(this.#draw(fc.integer, { min, max }));
  }

  #oneIn(times: number): boolean {
    return oneIn(this.#draw, times);
  }
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}
