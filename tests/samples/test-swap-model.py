#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""samples/swap-model.c: models taken and rejected while a video plays."""

import hashlib
import signal
import unittest

from sample_test import SOURCE_ROOT, VIDEO, SampleTest, build_folder, needs_elements

CIFAR = SOURCE_ROOT / "tests" / "data" / "networks" / "resnet20-cifar10.safetensors"


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
        result = self.run_sample("--every=0.7", "--swaps=4", VIDEO, "embedded", SOURCE_ROOT / "LICENSE", CIFAR)
        lines = self.lines_of(result)
        swaps = [line.split("  ") for line in lines if line.startswith("model-")]
        self.assertEqual([swap[0] for swap in swaps][:2], ["model-rejected", "model-updated"], lines)
        self.assertIn("LICENSE", swaps[0][2])
        self.assertEqual(swaps[1][1], str(CIFAR))
        sha256 = hashlib.sha256(CIFAR.read_bytes()).hexdigest()
        self.assertTrue(swaps[1][2].endswith(sha256[:8]), swaps)
        # The classes are those of the model that is said.
        answers = [line.split("  ") for line in lines if line[0].isdigit()]
        self.assertEqual(answers[0][1].rsplit(" ", 1)[0], "Egyptian cat", lines)
        self.assertTrue(any(answer[2] == sha256[:8] and answer[1].startswith("cat ") for answer in answers), lines)

    def test_interrupt(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            self.assert_ends_on(number, [VIDEO, "embedded", CIFAR])


if __name__ == "__main__":
    needs_elements("uridecodebin", "vp8dec", "matroskademux")
    unittest.main()
