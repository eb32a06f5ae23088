#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""gst-resnet beside ONNX Runtime: the same weights and input, interleaved in one run, medians and ratios.

usage: compare.py [--tool PATH] [--threads N] [--batch N] [--rounds N] [--seconds S] NAME...

NAME: resnet18, resnet50, …, as tests/data/make-torch-models.py makes them. Needs torch, onnx and onnxruntime in this Python;
none of them is needed by the product. These machines are noisy: only the ratio of one run means something.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, 'tests', 'data'))


def export(torch_model, path, batch, size):
    """ONNX through the exporter of the installed PyTorch that needs no further package."""
    import torch
    torch.onnx.export(torch_model, (torch.zeros(batch, 3, size, size),), path, opset_version=17, dynamo=False,
                      input_names=['input'], output_names=['logits'])


def onnx_session(path, threads):
    import onnxruntime
    o = onnxruntime.SessionOptions()
    o.intra_op_num_threads = threads
    o.inter_op_num_threads = 1
    o.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    return onnxruntime.InferenceSession(path, o, providers=['CPUExecutionProvider'])


def time_onnx(session, x, seconds):
    times = []
    end = time.monotonic() + seconds
    while time.monotonic() < end or len(times) < 3:
        t = time.perf_counter()
        session.run(None, {'input': x})
        times.append((time.perf_counter() - t) * 1e3 / len(x))
    return statistics.median(times)


def time_tool(tool, path, batch, size, threads, seconds):
    out = subprocess.run([tool, 'bench', path, '--batch', str(batch), '--threads', str(threads), '--size', f'{size}x{size}',
                          '--seconds', str(seconds), '--json'], check=True, capture_output=True, text=True).stdout
    return json.loads(out)


def find(d, *names):
    for n in names:
        if n in d:
            return d[n]
    raise KeyError(f'none of {names} in {sorted(d)}')


def main():
    import numpy as np
    import torch
    import torch_resnet
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--tool', default=os.path.join(ROOT, 'build', 'tools', 'resnet-tool'))
    p.add_argument('--threads', type=int, default=1)
    p.add_argument('--batch', type=int, default=1)
    p.add_argument('--size', type=int, default=224)
    p.add_argument('--rounds', type=int, default=5)
    p.add_argument('--seconds', type=float, default=2)
    p.add_argument('names', nargs='+', choices=sorted(torch_resnet.FULL_SIZE), metavar='NAME')
    a = p.parse_args()
    with tempfile.TemporaryDirectory() as d:
        for name in a.names:
            m = torch_resnet.randomise(torch_resnet.FULL_SIZE[name](), (64, 64), 1).eval()
            pth, onnx, x = (os.path.join(d, name + e) for e in ('.pth', '.onnx', '.npy'))
            torch.save(m.state_dict(), pth)
            export(m, onnx, a.batch, a.size)
            data = np.random.default_rng(1).standard_normal((a.batch, 3, a.size, a.size), dtype=np.float32)
            np.save(x, data)
            session = onnx_session(onnx, a.threads)
            y = os.path.join(d, 'y.npy')
            subprocess.run([a.tool, 'run', pth, '--input', x, '--output', y, '--threads', str(a.threads)], check=True)
            ours, theirs = np.load(y), session.run(None, {'input': data})[0]
            error = np.abs(ours - theirs).max() / np.abs(theirs).max()
            rows = []
            for _ in range(a.rounds):
                r = time_tool(a.tool, pth, a.batch, a.size, a.threads, a.seconds)
                rows.append((find(r, 'median_ms', 'median-ms', 'median'), time_onnx(session, data, a.seconds)))
            mine, other = (statistics.median(v) for v in zip(*rows))
            ratio = statistics.median(m / o for m, o in rows)
            print(f'{name} batch {a.batch}, {a.threads} threads: gst-resnet {mine:.2f} ms an image, ONNX Runtime {other:.2f}; '
                  f'ratio {ratio:.3f}; largest difference {error:.1e} of the largest logit')


if __name__ == '__main__':
    main()
