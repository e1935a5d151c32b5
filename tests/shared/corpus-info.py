#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""corpus-info.py OVFTOOL CORPUS SCHEMA: one TAP case an OVF or OVA.

The oracle is expat with namespaces, not libxml2: a descriptor must be shown
when it is namespace-well-formed, has no document type, and its root is
Envelope in the namespace of OVF 0.9, 1.x or 2.x (a trailing '/' or a missing
version is forgiven); everything else must be exit 3.  What was refused, and
why, is printed as diagnostics.
"""
import json
import os
import re
import subprocess
import sys
import tarfile
import time
from xml.parsers import expat

import jsonschema

ENVELOPE = re.compile(
    r"^(http://www\.vmware\.com/schema/ovf/1/envelope"
    r"|http://schemas\.dmtf\.org/ovf/envelope(/[12])?)/?$")
SECONDS = 2.0


def sources(corpus):
    for root, dirs, files in os.walk(corpus):
        dirs.sort()
        for f in sorted(files):
            if f.lower().endswith((".ovf", ".ova")):
                yield os.path.join(root, f)


def descriptor(path):
    if not path.lower().endswith(".ova"):
        with open(path, "rb") as f:
            return f.read()
    with tarfile.open(path, "r:") as t:
        for m in t:
            if m.name.lower().endswith(".ovf"):
                return t.extractfile(m).read()
    return b""


def why_refused(text):
    """A reason why this descriptor must be refused; None when it must not."""
    state = {"root": None, "doctype": False}

    def start(name, attrs):
        if state["root"] is None:
            state["root"] = name

    def doctype(*args):
        state["doctype"] = True

    p = expat.ParserCreate(namespace_separator="\n")
    p.StartElementHandler = start
    p.StartDoctypeDeclHandler = doctype
    try:
        p.Parse(text, True)
    except (expat.ExpatError, LookupError, ValueError) as e:
        return "not namespace-well-formed: %s" % e
    if state["doctype"]:
        return "has a document type"
    ns, _, name = state["root"].rpartition("\n")
    if name != "Envelope":
        return "the root is %s" % name
    if not ENVELOPE.match(ns):
        return "the namespace is '%s'" % ns
    return None


def judge(tool, path, validator):
    """(list of complaints, exit status, seconds, reason of a right refusal)."""
    expected = why_refused(descriptor(path))
    began = time.monotonic()
    try:
        p = subprocess.run([tool, "info", "--json", path], stdin=subprocess.DEVNULL,
                           capture_output=True, timeout=60)
    except subprocess.TimeoutExpired:
        return ["runs for more than a minute"], -1, 60.0, expected
    took = time.monotonic() - began
    bad = []
    if took > SECONDS:
        bad.append("took %.1f s" % took)
    if p.returncode < 0 or p.returncode == 99 or b"Sanitizer" in p.stderr:
        bad.append("crashed: %d" % p.returncode)
    want = 3 if expected else 0
    if p.returncode != want:
        bad.append("exit status %d, expected %d (%s)"
                   % (p.returncode, want, expected or "should be shown"))
    try:
        text = p.stdout.decode("ascii")
        doc = json.loads(text)
    except ValueError as e:
        bad.append("standard output is not one ASCII JSON document: %s" % e)
    else:
        for e in list(validator.iter_errors(doc))[:3]:
            bad.append("schema: %s at %s" % (e.message[:300], "/".join(map(str, e.path))))
        if ("result" in doc) != (want == 0) or ("error" in doc) != (want != 0):
            bad.append("result and error do not match the exit status")
    if bad:
        bad += p.stderr.decode("utf-8", "replace").splitlines()[:5]
    return bad, p.returncode, took, expected


def main(tool, corpus, schema):
    with open(schema, encoding="utf-8") as f:
        loaded = json.load(f)
    validator = jsonschema.validators.validator_for(loaded)(loaded)
    refused, slowest, n = [], (0.0, ""), 0
    for path in sources(corpus):
        n += 1
        name = os.path.relpath(path, corpus)
        bad, _, took, reason = judge(tool, path, validator)
        slowest = max(slowest, (took, name))
        if reason:
            refused.append((name, reason))
        print("%sok %d - %s" % ("not " if bad else "", n, name.replace("#", "_")), flush=True)
        for b in bad:
            print("#   %s" % b.encode("ascii", "backslashreplace").decode())
    print("%sok %d - the corpus is there" % ("" if n >= 400 else "not ", n + 1))
    print("1..%d" % (n + 1))
    print("# %d sources, %d rightly refused, slowest %.2f s (%s)"
          % (n, len(refused), slowest[0], slowest[1]))
    for name, reason in refused:
        print("# refused  %-70s %s" % (name, reason))


main(*sys.argv[1:])
