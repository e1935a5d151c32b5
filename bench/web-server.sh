#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# web-server.sh [DIR]: an import from nginx on the loopback against the import
# of the same file: what the way costs.
#
# data.sh says what DIR and the environment may be.
. "$(dirname "$0")/data.sh"

port=${PORT:-18181}
"$here/nginx.sh" "$work" "$port" &
server=$!
trap 'kill "$server"' EXIT
sleep 1

ours () { # ours SOURCE FORMAT
  echo "rm -rf $work/ours && $ovftool import -q -j $jobs $1 --to libvirt \
    -o $work/ours --disk-format $2"
}
for format in raw qcow2; do
  echo "== import to $format from a web server, against the file, $rounds rounds"
  pair --target web.wall=1.2 --target web.rss=64 \
    "file=$(ours "$work/small.ova" $format)" \
    "web=$(ours "http://127.0.0.1:$port/small.ova" $format)"
done
exit "$failed"
