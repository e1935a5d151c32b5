#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""A web server with bad habits, for tests/cli/http.sh.

    http-server.py FOLDER LOG [CERTIFICATE KEY]

Prints its port when it listens.  The first component of a path is the habit:
/ranges/FILE is served as it should be, /plain/FILE without ranges, and so on
(HABITS).  LOG gets a line for each answer: habit, status, bytes of the body.
"""
import http.server, os, re, ssl, sys, urllib.parse

FOLDER, LOG = sys.argv[1:3]
CUT = 100_000  # bytes after which /cut/ hangs up


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    count = 0

    def log_message(self, *args):
        pass

    def answer(self, status, body=b"", length=None, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if length != -1:
            self.send_header("Content-Length", str(len(body) if length is None else length))
        if length is not None:
            self.send_header("Connection", "close")
            self.close_connection = True
        self.end_headers()
        try:
            self.wfile.write(body)
        except OSError:
            pass
        with open(LOG, "a") as log:
            print(self.habit, status, len(body), file=log)

    def ranged(self, data, total=None, tag='"v1"', cut=False):
        m = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if m is None:
            return self.answer(200, data, ETag=tag)
        first = int(m[1])
        last = min(int(m[2]), len(data) - 1) if m[2] else len(data) - 1
        body = data[first:last + 1]
        where = f"bytes {first}-{last}/{len(data) if total is None else total}"
        if cut and len(body) > CUT:
            return self.answer(206, body[:CUT], len(body), Content_Range=where, ETag=tag)
        return self.answer(206, body, Content_Range=where, ETag=tag)

    def do_GET(self):
        self.habit, _, name = urllib.parse.urlsplit(self.path).path.lstrip("/").partition("/")
        Handler.count += 1
        here = os.path.join(FOLDER, os.path.basename(name))
        if self.habit in JUMPS:
            return self.answer(302, Location=JUMPS[self.habit] % name)
        if self.habit == "auth" and "Authorization" not in self.headers:
            return self.answer(401, WWW_Authenticate='Basic realm="x"')
        if self.habit not in HABITS or not os.path.isfile(here):
            return self.answer(404)
        with open(here, "rb") as f:
            return HABITS[self.habit](self, f.read())


HABITS = {
    "ranges": lambda h, d: h.ranged(d),
    "auth": lambda h, d: h.ranged(d),
    "plain": lambda h, d: h.answer(200, d),
    "unsized": lambda h, d: h.answer(200, d, -1),
    "cut": lambda h, d: h.ranged(d, cut=True),
    "plaincut": lambda h, d: h.answer(200, d[:len(d) // 2], len(d)),
    "changed": lambda h, d: h.ranged(d, tag=f'"v{Handler.count}"'),
    "longer": lambda h, d: h.ranged(d, total=len(d) + 10_000),
    "forgets": lambda h, d: h.ranged(d) if "=0-" in h.headers.get("Range", "")
               else h.answer(200, d, ETag='"v1"'),
}
JUMPS = {"moved": "/ranges/%s", "loop": "/loop/%s", "local": "file:///etc/%s",
         "down": os.environ.get("DOWN", "http://127.0.0.1:1/") + "%s"}

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
if len(sys.argv) > 3:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(sys.argv[3], sys.argv[4])
    server.socket = tls.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()
