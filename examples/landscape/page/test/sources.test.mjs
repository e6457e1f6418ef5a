// What needs no browser: types hold, and LICENCES.md names what the page embeds.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const here = join(dirname(fileURLToPath(import.meta.url)), "..");

test("types hold", () => {
  const { status, stdout } = spawnSync(process.execPath, [join(here, "node_modules/typescript/bin/tsc"), "--noEmit", "--project", here], { encoding: "utf8" });
  assert.equal(status, 0, stdout);
});

test("LICENCES.md is what the build would write", () => {
  const folder = mkdtempSync(join(tmpdir(), "landscape-"));
  try {
    execFileSync(process.execPath, [join(here, "build.mjs"), "--licences", join(folder, "LICENCES.md")]);
    assert.equal(readFileSync(join(here, "LICENCES.md"), "utf8"), readFileSync(join(folder, "LICENCES.md"), "utf8"));
  } finally {
    rmSync(folder, { recursive: true });
  }
});
