#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""samples/swap-model.c: models taken and rejected while a video plays."""

import hashlib
import signal
import unittest

from sample_test import SOURCE_ROOT, VIDEO, SampleTest, build_folder, needs_elements

CIFAR = SOURCE_ROOT / "tests" / "data" / "networks" / "resnet20-cifar10.safetensors"
CIFAR_CLASSES = "airplane automobile bird cat deer dog frog horse ship truck".split()


class SwapModel(SampleTest):
    COMMAND = [str(build_folder("GST_RESNET_SAMPLES_DIR") / "swap-model")]

    def test_bad_options(self):
        for arguments, word in (
            ([], "two models"),
            ([VIDEO, "embedded"], "two models"),
            (["--every=0", VIDEO, "embedded", CIFAR], "--every is 0"),
            (["--every=nan", VIDEO, "embedded", CIFAR], "--every is nan"),
            (["--swaps=-1", VIDEO, "embedded", CIFAR], "--swaps is -1"),
            ([self.folder / "none.mp4", "embedded", CIFAR], "no such file"),
            ([self.folder, "embedded", CIFAR], "no such file"),
        ):
            with self.subTest(arguments):
                self.assert_one_sentence(self.run_sample(*arguments), word)

    def test_first_model_is_bad(self):
        self.assert_one_sentence(self.run_sample(VIDEO, SOURCE_ROOT / "LICENSE", CIFAR), "LICENSE")

    def test_swaps(self):
        result = self.run_sample("--every=0.7", "--swaps=6", VIDEO, "embedded", SOURCE_ROOT / "LICENSE", CIFAR)
        lines = self.lines_of(result)
        sha256 = hashlib.sha256(CIFAR.read_bytes()).hexdigest()
        swaps = [line.split("  ") for line in lines if line.startswith("model-")]
        rejected = [swap for swap in swaps if swap[0] == "model-rejected"]
        self.assertTrue(rejected and all("LICENSE" in swap[2] for swap in rejected), lines)
        updated = [(swap[1], swap[2][-8:]) for swap in swaps if swap[0] == "model-updated"]
        self.assertIn((str(CIFAR), sha256[:8]), updated)
        # The classes are those of the model that is said. Which one sees a frame depends on how fast the machine is.
        answers = [line.split("  ") for line in lines if line[0].isdigit()]
        labels = [(answer[1].rsplit(" ", 1)[0], answer[2] == sha256[:8]) for answer in answers]
        self.assertEqual(labels[0][0], "cat" if labels[0][1] else "Egyptian cat", lines)
        for label, is_cifar in labels:
            self.assertEqual(label in CIFAR_CLASSES, is_cifar, lines)
        self.assertTrue(any(is_cifar for _, is_cifar in labels), lines)

    def test_interrupt(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            self.assert_ends_on(number, [VIDEO, "embedded", CIFAR])


if __name__ == "__main__":
    needs_elements("uridecodebin", "vp8dec", "matroskademux")
    unittest.main()
