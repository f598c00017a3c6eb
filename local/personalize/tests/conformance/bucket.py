"""As much of S3 as imports, exports and batch jobs need, for one bucket in memory."""

import http.server
import threading
import urllib.parse
from xml.sax.saxutils import escape


class Bucket:
    """Objects by key, served on a free port."""

    def __init__(self, objects):
        self.objects = {key: text.encode() for key, text in objects.items()}
        bucket = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                url = urllib.parse.urlsplit(self.path)
                key = urllib.parse.unquote(url.path.strip("/")).partition("/")[2]
                if key:
                    found = bucket.objects.get(key)
                    self.answer(404 if found is None else 200, found or b"")
                else:
                    query = urllib.parse.parse_qs(url.query)
                    self.answer(200, bucket.listing(query.get("prefix", [""])[0]))

            do_HEAD = do_GET

            def do_PUT(self):
                body = self.read()
                url = urllib.parse.urlsplit(self.path)
                bucket.objects[urllib.parse.unquote(url.path.strip("/")).partition("/")[2]] = body
                self.answer(200, b"")

            def do_POST(self):
                self.read()
                self.answer(501, b"")

            def read(self):
                if self.headers.get("Transfer-Encoding") != "chunked":
                    return self.rfile.read(int(self.headers.get("Content-Length", 0)))
                body = b""
                while size := int(self.rfile.readline().split(b";")[0], 16):
                    body += self.rfile.read(size)
                    self.rfile.readline()
                while self.rfile.readline().strip():
                    pass
                return body

            def answer(self, status, body):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.send_header("ETag", '"0"')
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.server.server_port}"

    def listing(self, prefix):
        keys = sorted(key for key in self.objects if key.startswith(prefix))
        contents = "".join(f"<Contents><Key>{escape(key)}</Key></Contents>" for key in keys)
        return f"<ListBucketResult>{contents}<IsTruncated>false</IsTruncated></ListBucketResult>".encode()
