import type { Peer } from "../peer.ts";
import { ours } from "./assemblyscript.ts";
import { cpp } from "./cpp.ts";
import { gcore } from "./gcore.ts";
import { go } from "./go.ts";
import { lua } from "./lua.ts";
import { rust } from "./rust.ts";
import { wat } from "./wat.ts";

/** In the order of the tables' columns. */
export const peers: readonly Peer[] = [wat, cpp, rust, go, lua, gcore, ours];
