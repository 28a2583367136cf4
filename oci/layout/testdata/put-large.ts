// Stores a blob of a megabyte, and prints the error as JSON: `node put-large.ts LAYOUT`.
import { bytesSource, describeBytes } from "#oci";
import { OciLayout } from "#oci/layout";

const repository = (await OciLayout.open(process.argv[2] ?? "")).repository("hub.example/me/a");
const bytes = Buffer.alloc(1024 * 1024, "x");
try {
  await repository.put(describeBytes("application/wasm", bytes), bytesSource(bytes));
} catch (error) {
  const { code, message, hint } = error as { code: string; message: string; hint: string };
  process.stdout.write(JSON.stringify({ code, message, hint }));
}
