#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""tools/get-torchvision-model.py against a server on this machine: what is wrong is refused and leaves nothing."""

import hashlib
import http.server
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "tools" / "get-torchvision-model.py"
CONTENT = b"not a model, but it has a SHA-256 like one" * 1000
GOOD_NAME = f"resnet18-{hashlib.sha256(CONTENT).hexdigest()[:8]}.pth"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        path = self.path.split("/")
        if "missing" in path:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT[: len(CONTENT) // 2] if "short" in path else CONTENT)

    def log_message(self, *_arguments):
        pass


class GetModel(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        cls.url = f"http://127.0.0.1:{cls.server.server_port}"

    @classmethod
    def tearDownClass(cls):
        cls.server.shutdown()
        cls.server.server_close()

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_script(self, *arguments):
        return subprocess.run(
            [sys.executable, SCRIPT, *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            stdin=subprocess.DEVNULL,
            env={**os.environ, "no_proxy": "127.0.0.1"},
        )

    def assert_refused(self, result, *words):
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        self.assertEqual(len(result.stderr.strip().splitlines()), 1, result.stderr)
        for word in words:
            self.assertIn(word, result.stderr)
        self.assertEqual(list(self.folder.iterdir()), [])

    def get(self, name, url):
        return self.run_script(name, "--directory", str(self.folder), "--base-url", url)

    def test_wrong_hash(self):
        self.assert_refused(self.get("resnet18", self.url), "resnet18-f37072fd.pth", "f37072fd", "SHA-256")

    def test_broken_off(self):
        self.assert_refused(self.get(GOOD_NAME, self.url + "/short"), "broke off")

    def test_missing(self):
        self.assert_refused(self.get(GOOD_NAME, self.url + "/missing"), "Not Found", GOOD_NAME)

    def test_no_server(self):
        self.assert_refused(self.get(GOOD_NAME, "http://127.0.0.1:1"), "could not be downloaded")

    def test_unknown_name(self):
        for name in ("resnet19", "../resnet18-f37072fd.pth", "resnet18.pth", "resnet18-F37072FD.pth"):
            self.assert_refused(self.get(name, self.url), name)

    def test_good(self):
        result = self.get(GOOD_NAME, self.url)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual([path.name for path in self.folder.iterdir()], [GOOD_NAME])
        self.assertEqual((self.folder / GOOD_NAME).read_bytes(), CONTENT)
        # It is not downloaded again.
        again = self.get(GOOD_NAME, "http://127.0.0.1:1")
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertIn("already", again.stdout)

    def test_damaged_file_is_replaced(self):
        (self.folder / GOOD_NAME).write_bytes(b"half of it")
        self.assertEqual(self.get(GOOD_NAME, self.url).returncode, 0)
        self.assertEqual((self.folder / GOOD_NAME).read_bytes(), CONTENT)

    def test_file_url(self):
        (self.folder / "there").mkdir()
        (self.folder / "there" / GOOD_NAME).write_bytes(CONTENT)
        result = self.get(GOOD_NAME, (self.folder / "there").as_uri())
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual((self.folder / GOOD_NAME).read_bytes(), CONTENT)

    def test_list_names_are_files(self):
        result = self.run_script("--list")
        self.assertEqual(result.returncode, 0, result.stderr)
        rows = [line.split() for line in result.stdout.splitlines()]
        self.assertGreaterEqual(len(rows), 10)
        for name, file_name, *_ in rows:
            self.assertRegex(file_name, rf"^{name.removesuffix('-v2')}-[0-9a-f]{{8}}\.pth$")


if __name__ == "__main__":
    unittest.main()
