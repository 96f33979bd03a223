// Bundles src/app.js and src/app.css.
//
//   node build.mjs [outdir]        outdir defaults to ../static
//
// Writes files with a hash in their names, the licences of what is bundled (LICENSES.txt, and
// *.LEGAL.txt for notices inside the files), a copy of src/public/ as it is, and last
// manifest.json: {"app.js": "app-2XK4Q7NB.js", ...}.
// Files of an earlier build are removed after that, so that a running server never misses one.

import { build } from "esbuild";
import { cp, mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const outdir = resolve(process.argv[2] ?? join(here, "..", "static"));
const HASHED = /-[A-Z0-9]{8}\.(js|css|js\.map|css\.map|[jc]ss?\.LEGAL\.txt|svg|png|woff2|wav|mp3)$/;

const result = await build({
  absWorkingDir: here,
  entryPoints: ["src/app.js", "src/app.css"],
  outdir,
  bundle: true,
  minify: true,
  splitting: true,
  format: "esm",
  target: ["es2022"],
  charset: "utf8",
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  loader: { ".svg": "file", ".png": "file", ".woff2": "file", ".wav": "file", ".mp3": "file" },
  legalComments: "linked",
  metafile: true,
  logLevel: "warning",
});

const written = new Set();
const manifest = {};
for (const [path, output] of Object.entries(result.metafile.outputs)) {
  const name = relative(outdir, resolve(here, path));
  written.add(name);
  if (output.entryPoint) manifest[relative("src", output.entryPoint)] = name;
}

// Licences ask to travel with the code, and not every package has them as comments in its files.
const notices = [];
const packages = new Set();
for (const input of Object.keys(result.metafile.inputs)) {
  const found = input.match(/^node_modules\/((?:@[^/]+\/)?[^/]+)\//);
  if (found) packages.add(found[1]);
}
for (const name of [...packages].sort()) {
  const folder = join(here, "node_modules", name);
  const { version, license } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
  const file = (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file ? await readFile(join(folder, file), "utf8") : "";
  notices.push(`${name} ${version} (${license})\n\n${text.trim()}\n`);
}
await writeFile(join(outdir, "LICENSES.txt"), notices.join(`\n${"-".repeat(72)}\n\n`));

const pub = join(here, "src", "public");
if (existsSync(pub)) await cp(pub, outdir, { recursive: true });

await mkdir(outdir, { recursive: true });
const unfinished = join(outdir, "manifest.json.new");
await writeFile(unfinished, JSON.stringify(manifest, null, 2) + "\n");
await rename(unfinished, join(outdir, "manifest.json"));

for (const name of await readdir(outdir)) {
  if (HASHED.test(name) && !written.has(basename(name))) await rm(join(outdir, name));
}
