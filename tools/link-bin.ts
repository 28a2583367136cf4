import { rm, symlink } from "node:fs/promises";
import { fileURLToPath } from "node:url";

// npm links the commands of dependencies and not those of the package itself: with this link `npx wasm` works in a clone.
const link = fileURLToPath(new URL("../node_modules/.bin/wasm", import.meta.url));
await rm(link, { force: true });
await symlink("../../cli/wasm.js", link);
