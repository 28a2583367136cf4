#!/usr/bin/env node
// Written in old syntax, so that any Node.js from 12.17 on can read it and say what is wrong.
var oldest = 24;

if (Number(process.versions.node.split(".")[0]) < oldest) {
  process.stderr.write(
    "error: wasm needs Node.js " +
      oldest +
      " or newer, and this is " +
      process.versions.node +
      ": https://nodejs.org\n",
  );
  process.exitCode = 2;
} else {
  // Node.js warns on stderr where both are set; FORCE_COLOR is the stronger one, there and here.
  if (process.env.FORCE_COLOR !== undefined) delete process.env.NO_COLOR;
  // An import of Node's own modules loads more than is used, which takes longer than all the rest of this file.
  process.getBuiltinModule("module").enableCompileCache();
  // The bundle starts faster; the sources are for whoever works on them. WASM_FROM_SOURCES=1 asks for them.
  var bundle = new URL("../dist/cli/main.js", import.meta.url);
  var useBundle = !process.env.WASM_FROM_SOURCES && process.getBuiltinModule("fs").existsSync(bundle);
  void import(useBundle ? bundle.href : "./main.ts");
}
