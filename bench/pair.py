#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""pair.py [-n ROUNDS] [--target NAME.wall=R] [--target NAME.cpu=R] NAME=COMMAND...

Runs the commands in turn, round after round (A B C A B C ...), so that a
machine that gets slower or busier does so for all of them.  The first one is
the yardstick.  The ratios come first: the median over the rounds of
time / time of the yardstick in the same round.  CPU is user + system of the
command and all its children; memory is the peak of its largest process.

Exit status 1 when a command failed or a --target ratio is exceeded.
"""
import argparse
import os
import statistics
import subprocess
import sys
import time


def measure(command):
    """wall seconds, CPU seconds, peak MiB, exit status"""
    began = time.monotonic()
    p = subprocess.Popen(["bash", "-c", command], stdin=subprocess.DEVNULL,
                         stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(p.pid, 0)
    p.returncode = os.waitstatus_to_exitcode(status)
    return (time.monotonic() - began, usage.ru_utime + usage.ru_stime,
            usage.ru_maxrss / 1024, p.returncode)


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("-n", type=int, default=5)
    ap.add_argument("--target", action="append", default=[])
    ap.add_argument("command", nargs="+")
    a = ap.parse_args()
    commands = dict(c.split("=", 1) for c in a.command)
    targets = {}
    for t in a.target:
        key, value = t.split("=")
        targets[key] = float(value)
    rounds = []
    for _ in range(a.n):
        rounds.append({name: measure(c) for name, c in commands.items()})
    first = next(iter(commands))
    failed = False
    print("%-22s %10s %10s %9s %9s %9s" % ("", "wall ratio", "CPU ratio",
                                           "wall s", "CPU s", "peak MiB"))
    for name in commands:
        runs = [r[name] for r in rounds]
        ratio = {"wall": statistics.median(r[name][0] / r[first][0] for r in rounds),
                 "cpu": statistics.median(r[name][1] / r[first][1] for r in rounds)}
        rss = max(r[2] for r in runs)
        line = "%-22s %10.2f %10.2f %9.2f %9.2f %9.0f" % (
            name, ratio["wall"], ratio["cpu"],
            statistics.median(r[0] for r in runs),
            statistics.median(r[1] for r in runs), rss)
        for what, value in (("wall", ratio["wall"]), ("cpu", ratio["cpu"]), ("rss", rss)):
            limit = targets.get("%s.%s" % (name, what))
            if limit is not None:
                good = value <= limit
                failed |= not good
                line += "  %s %s %.2f" % (what, "<=" if good else "OVER", limit)
        bad = [r[3] for r in runs if r[3] != 0]
        if bad:
            failed = True
            line += "  exit status %d" % bad[0]
        print(line, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
