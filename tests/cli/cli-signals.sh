#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# SIGINT, SIGTERM and SIGHUP: clean up, then die by that signal.
. ./tests/functions.sh
requires python3

# A pipe that never says anything keeps the program waiting for its input.
mkfifo "$tmp/pipe"
mkdir "$tmp/run"

# end SIGNAL ARGS...: sends it once the program sleeps in its read; how it
# ended is in $ended, in the words of wait(2).
end () {
  local signal=$1
  shift
  ended=$(cd "$tmp/run" && python3 - "$signal" "$tmp/pipe" "$OVFTOOL" "$@" <<'PY'
import os, signal, subprocess, sys, time
sig = getattr(signal, sys.argv[1])
# Open for reading and writing: the reader finds a writer that is silent.
fd = os.open(sys.argv[2], os.O_RDWR)
p = subprocess.Popen(sys.argv[3:], stdin=fd, stdout=subprocess.PIPE,
                     stderr=subprocess.PIPE, restore_signals=True,
                     preexec_fn=lambda: signal.signal(signal.SIGHUP, (
                         signal.SIG_IGN if os.environ.get("NOHUP")
                         else signal.SIG_DFL)))
end = time.time() + 10
while time.time() < end:
    with open(f"/proc/{p.pid}/stat") as s:
        if s.read().rsplit(")", 1)[1].split()[0] == "S":
            break
    time.sleep(0.01)
time.sleep(0.2)
p.send_signal(sig)
try:
    p.communicate(timeout=1 if os.environ.get("NOHUP") else 10)
    print(signal.Signals(-p.returncode).name if p.returncode < 0
          else f"status {p.returncode}")
except subprocess.TimeoutExpired:
    p.kill()
    print("nothing happened")
PY
)
}

for s in SIGINT SIGTERM SIGHUP; do
  end $s verify -
  is "verify dies by $s" "$ended" $s
  end $s unpack - -C out
  is "unpack dies by $s" "$ended" $s
  is "and leaves nothing" "$(ls -A "$tmp/run")" ""
done
NOHUP=1 end SIGHUP verify -
is "under nohup SIGHUP is ignored" "$ended" "nothing happened"
done_testing
