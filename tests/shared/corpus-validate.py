# SPDX-License-Identifier: LGPL-2.1-or-later
"""The cases of corpus-validate.sh, as TAP."""
import collections
import json
import os
import subprocess
import sys
import time

TOOL, CORPUS = sys.argv[1:]
SECONDS = 5  # for all in one call
MAX_EXCEPTIONS = 0.03

# Files whose verdict is not that of their folder, each with its reason; a
# file is named by what follows the last "xmltestfiles+".
EXCEPTIONS = {}
# What says nothing about the descriptor: its files are not in the corpus.
FILES = {"OVF-REF-003", "OVF-REF-004", "OVF-PKG-006"}
# Negative ones whose only fault are files.
ONLY_FILES = {
    "HttpLocators+Neg+valid_no_disk_in_server.ovf": "the fault is a missing file",
    "HttpLocators_1_0+Neg+valid_no_disk_in_server.ovf": "the same",
}
count = 0


def case(good, name, why=""):
    global count
    count += 1
    print("%s %d - %s" % ("ok" if good else "not ok", count, name))
    if not good:
        for line in str(why).splitlines():
            print("#", line.encode("ascii", "backslashreplace").decode())


def validate(*args):
    run = subprocess.run([TOOL, "validate", "--json", *args], stdin=subprocess.DEVNULL,
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    return run.returncode, json.loads(run.stdout)


def errors(document):
    return ["%s:%s: %s [%s]" % (f["file"], f["line"], f["message"], f["rule"])
            for f in document["findings"] if f["severity"] == "error"]


def rules(document):
    return {f["rule"] for f in document["findings"] if f["severity"] == "error"}


files = sorted(os.path.join(where, name) for where, _, names in os.walk(CORPUS)
               for name in names if name.endswith((".ovf", ".ova")))
case(len(files) > 400, "there are files", len(files))

# ---- the maker's verdict ----------------------------------------------------
sorted_out = collections.Counter()
wrong = []
for path in files:
    name = os.path.basename(path).rpartition("xmltestfiles+")[2]
    if "+Neg+" not in name and "+Pos+" not in name:
        continue
    negative = "+Neg+" in name
    sorted_out[negative] += 1
    status, document = validate(*([] if negative else ["--lax"]), path)
    good = status == (3 if negative else 0)
    if name in EXCEPTIONS:
        case(not good, "%s is an exception" % name, "no longer: take it off the list")
        continue
    case(good, name, "\n".join(["exit status %d" % status] + errors(document)))
    if negative and good and name not in ONLY_FILES:
        case(rules(document) - FILES, "%s has more wrong than its files" % name,
             "\n".join(errors(document)))
total = sum(sorted_out.values())
case(sorted_out[True] >= 60 and sorted_out[False] >= 80, "there are files of both kinds",
     sorted_out)
case(len(EXCEPTIONS) <= MAX_EXCEPTIONS * total, "at most 3 %% are exceptions (%d of %d)"
     % (len(EXCEPTIONS), total))

# ---- all in one call ----------------------------------------------------------
began = time.monotonic()
status, document = validate(*files)
took = time.monotonic() - began
print("# %d files took %.2f s" % (len(files), took))
sources = document["result"]["sources"]
case(status == 3 and len(sources) == len(files), "all are judged in one call",
     "%d, %d of %d" % (status, len(sources), len(files)))
case(took < SECONDS, "in less than %d seconds" % SECONDS, "%.2f s" % took)
began = time.monotonic()
status, lax = validate("--lax", *files)
took = time.monotonic() - began
print("# %d files took %.2f s with --lax" % (len(files), took))
valid = [sum(s["valid"] for s in d["result"]["sources"]) for d in (document, lax)]
print("# valid: %d strict, %d lax" % tuple(valid))
case(valid[0] <= valid[1], "--lax takes what is strictly valid", valid)
known = {r["id"] for r in validate("--list-rules")[1]["result"]["rules"]}
seen = {f["rule"] for d in (document, lax) for f in d["findings"]}
case(not seen - known, "every finding's rule is in the table", sorted(seen - known))
lines = [f for f in document["findings"]
         if f["rule"] == "OVF-XSD" and (f["line"] is None or not f["message"])]
case(not lines, "findings of the schema have lines", lines[:5])
print("1..%d" % count)
