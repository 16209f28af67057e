"""Runs functions of the page in Node: esbuild bundles a small script over front/src, Node reads and writes JSON."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from .engine_support import FRONT, missing

LONGEST = 120  # seconds of one script
READ = """
import { readFileSync, writeSync } from "node:fs";
const cases = JSON.parse(readFileSync(0, "utf8"));
const text = JSON.stringify(cases.map(each), (_, v) => typeof v === "number" && !Number.isFinite(v) ? String(v) : v);
for (let sent = 0, bytes = Buffer.from(text); sent < bytes.length; ) sent += writeSync(1, bytes, sent);
"""


def run_each(script, cases):
    """The answers of ``each``, a function that ``script`` defines, for each case; NaN and infinities are strings.

    The script is TypeScript in the folder front/src. Without Node or esbuild the test is skipped, in CI it fails.
    """
    node, esbuild = shutil.which("node"), FRONT / "node_modules" / ".bin" / "esbuild"
    if node is None or not esbuild.exists():
        missing("Node or the packages of the front end are missing: install Node, and run npm ci in front")
    options = ["--bundle", "--platform=node", "--format=cjs", "--loader=ts", "--log-level=error"]
    with TemporaryDirectory() as folder:
        bundle = Path(folder) / "script.cjs"  # a bundle may be longer than an argument may be
        bundle.write_text(_run([esbuild, *options], script + READ), encoding="utf-8")
        return json.loads(_run([node, bundle], json.dumps(cases)))


def _run(command, given):
    done = subprocess.run(
        list(map(str, command)), input=given, capture_output=True, text=True, timeout=LONGEST, cwd=FRONT / "src"
    )
    assert not done.returncode, done.stderr
    return done.stdout
