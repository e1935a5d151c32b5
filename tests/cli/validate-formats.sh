#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# `validate --format sarif|junit`: what CI systems read, also of hostile names.
. ./tests/functions.sh
requires python3

mkdir "$tmp/a b"
cat >"$tmp/a b/vm%.ovf" <<'XML'
<?xml version="1.0" encoding="UTF-8"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1"
  xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1">
  <References><File ovf:id="file1" ovf:href="x]]&gt;&amp;&quot;&#x202e;.vmdk"/></References>
  <VirtualSystem ovf:id="vm"><Info>A machine</Info></VirtualSystem>
</Envelope>
XML
cd "$tmp" || exit 99
bad="a b/vm%.ovf"

expect_exit 3 "sarif" "$OVFTOOL" validate --format sarif "$bad" "$tmp/$bad"
cp "$out" "$tmp/sarif"
cat >"$tmp/sarif.py" <<'END'
import json, re, sys
text = open(sys.argv[1], "rb").read()
assert all(b in b"\n" or 32 <= b < 127 for b in text), "not ASCII"
d = json.loads(text)
assert d["version"] == "2.1.0" and d["$schema"].endswith("sarif-2.1.0.json")
(run,) = d["runs"]
driver = run["tool"]["driver"]
assert driver["name"] == "ovftool" and driver["version"]
rules = driver["rules"]
assert len({r["id"] for r in rules}) == len(rules)
for r in rules:
    for k in ("shortDescription", "fullDescription", "help"):
        assert r[k]["text"], (r["id"], k)
    assert r["defaultConfiguration"]["level"] in ("error", "warning", "note", "none")
assert run["results"]
uris = set()
for r in run["results"]:
    assert rules[r["ruleIndex"]]["id"] == r["ruleId"]
    assert r["level"] in ("error", "warning", "note") and r["message"]["text"]
    for l in r["locations"]:
        p = l["physicalLocation"]
        uri = p["artifactLocation"]["uri"]
        assert re.fullmatch(r"(file://)?(%[0-9A-F]{2}|[A-Za-z0-9._~/-])+", uri), uri
        uris.add(uri)
        assert p["region"]["startLine"] >= 1
assert any(u == "a%20b/vm%25.ovf" for u in uris), uris
assert any(u.startswith("file:///") for u in uris), uris
(call,) = run["invocations"]
assert call["exitCode"] == 3 and call["executionSuccessful"] is True
# No object has a key that SARIF does not know: its schema forbids them.
known = {
    "document": "$schema version runs",
    "run": "tool invocations results",
    "tool": "driver",
    "driver": "name version rules",
    "rule": "id shortDescription fullDescription help defaultConfiguration properties",
    "result": "ruleId ruleIndex level message locations",
    "location": "physicalLocation logicalLocations",
    "physical": "artifactLocation region",
    "invocation": "executionSuccessful exitCode toolExecutionNotifications",
}
def keys(o, what):
    assert set(o) <= set(known[what].split()), (what, list(o))
keys(d, "document"), keys(run, "run"), keys(run["tool"], "tool"), keys(driver, "driver")
keys(call, "invocation")
for r in rules:
    keys(r, "rule")
for r in run["results"]:
    keys(r, "result")
    for l in r["locations"]:
        keys(l, "location"), keys(l["physicalLocation"], "physical")
END
ok "has the shape of SARIF 2.1.0" python3 "$tmp/sarif.py" "$tmp/sarif"

expect_exit 3 "junit" "$OVFTOOL" validate --format junit "$bad" "$tmp/none.ovf"
cat >"$tmp/junit.py" <<'END'
import sys, xml.etree.ElementTree as ET
root = ET.parse(sys.argv[1]).getroot()
assert root.tag == "testsuites"
bad, none = root.findall("testsuite")
assert bad.get("name") == "a b/vm%.ovf"
failures = bad.findall("testcase/failure")
assert failures and len(failures) == int(bad.get("failures"))
assert len(bad.findall("testcase")) == int(bad.get("tests"))
names = [c.get("name") for c in bad.findall("testcase")]
assert len(set(names)) == len(names)
assert all(f.get("type") and f.get("message") and f.text for f in failures)
assert none.get("errors") == "1" and none.find("testcase/error") is not None
assert int(root.get("failures")) == len(failures)
END
ok "loads, and counts what is there" python3 "$tmp/junit.py" "$out"
ok "has no control characters" bash -c '! LC_ALL=C grep -qP "[^\n -~]" "$1"' - "$out"
expect_exit 2 "--json and sarif" "$OVFTOOL" validate --json --format sarif "$bad"
done_testing
