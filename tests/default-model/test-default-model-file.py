#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The committed photos200.safetensors is what training/convert-default-model.py makes of the trained checkpoint."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODEL = ROOT / "default-model" / "photos200.safetensors"
CONVERTER = ROOT / "training" / "convert-default-model.py"
CHECKPOINT = pathlib.Path(os.environ.get("GST_RESNET_SHARED", ROOT.parent / "shared")) / "models" / "photos200.pth"
ITEM_SIZE = {"F16": 2, "F32": 4, "I64": 8}


class DefaultModelFile(unittest.TestCase):
    def setUp(self):
        data = MODEL.read_bytes()
        self.header_size = int.from_bytes(data[:8], "little")
        self.data_size = len(data) - 8 - self.header_size
        self.header = json.loads(data[8 : 8 + self.header_size])
        self.metadata = self.header.pop("__metadata__")

    def test_tensors_fill_the_file(self):
        end = 0
        for name, tensor in sorted(self.header.items(), key=lambda item: item[1]["data_offsets"]):
            size = ITEM_SIZE[tensor["dtype"]]
            for n in tensor["shape"]:
                size *= n
            self.assertEqual(tensor["data_offsets"], [end, end + size], name)
            self.assertEqual(end % ITEM_SIZE[tensor["dtype"]], 0, name)
            self.assertEqual(tensor["dtype"] == "F16", len(tensor["shape"]) > 1, name)
            end += size
        self.assertEqual(end, self.data_size)

    def test_metadata(self):
        labels = (ROOT / "training" / "photos200-labels.txt").read_text(encoding="utf-8").splitlines()
        self.assertEqual(json.loads(self.metadata["labels"]), labels)
        self.assertEqual(len(set(labels)), self.header["fc.weight"]["shape"][0])
        for key in (
            "preprocess.resize",
            "preprocess.crop",
            "provenance.data",
            "provenance.recipe",
            "provenance.accuracy",
        ):
            self.assertTrue(self.metadata[key], key)

    def run_converter(self, *arguments):
        return subprocess.run([sys.executable, str(CONVERTER), *map(str, arguments)], capture_output=True, text=True)

    def test_conversion(self):
        try:
            import numpy  # noqa: F401
        except ImportError:
            self.skipTest("NumPy is not installed")
        with tempfile.TemporaryDirectory() as folder:
            output = pathlib.Path(folder) / "again.safetensors"
            bad = pathlib.Path(folder) / "bad.pth"
            bad.write_bytes(b"this is no zip archive")
            result = self.run_converter("photos200", bad, output)
            self.assertEqual(result.returncode, 1, result.stderr)
            self.assertEqual(len(result.stderr.splitlines()), 1, result.stderr)
            self.assertFalse(output.exists())
            if not CHECKPOINT.exists():
                self.skipTest(f"{CHECKPOINT.name} is not there")
            result = self.run_converter("photos200", CHECKPOINT, output)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertEqual(output.read_bytes(), MODEL.read_bytes())


if __name__ == "__main__":
    unittest.main()
