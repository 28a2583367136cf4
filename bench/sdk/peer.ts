/** What is measured; see filters/README.md. */
export type FilterName = "add-header" | "rewrite";

/** A way to write a filter for Envoy. */
export interface Peer {
  /** Short: a column's heading. */
  readonly name: string;
  /** How it is built, in one line. */
  readonly how: string;
  /**
   * @param folder to keep build output in, between runs too
   * @throws when it cannot be built on this machine; the message says why
   */
  build(filter: FilterName, folder: string): Promise<Built>;
}

export type Built =
  | { readonly kind: "module"; readonly bytes: Uint8Array }
  | { readonly kind: "lua"; readonly source: string };
