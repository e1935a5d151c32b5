#!/usr/bin/env bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# nginx.sh DIR PORT: serves DIR on the loopback until it is killed; the log is
# DIR/access.log.
set -euo pipefail
PATH=$PATH:/usr/sbin
cat >"$1/nginx.conf" <<END
worker_processes 1;
daemon off;
pid $1/nginx.pid;
error_log $1/error.log;
events { worker_connections 64; }
http {
  access_log $1/access.log;
  client_body_temp_path $1;
  proxy_temp_path $1;
  fastcgi_temp_path $1;
  uwsgi_temp_path $1;
  scgi_temp_path $1;
  sendfile on;
  server { listen 127.0.0.1:$2; root $1; }
}
END
# Workers of root would be nobody, who may not read a private folder.
[ "$(id -u)" -ne 0 ] || sed -i '1i user root;' "$1/nginx.conf"
exec nginx -e "$1/error.log" -c "$1/nginx.conf"
