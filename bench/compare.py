#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""gst-resnet beside other engines: the same weights and input, interleaved in one run, medians and ratios.

usage: compare.py [--threads N,N] [--batch N,N] [--rounds N] [--seconds S] [--engines NAME,...] [--write] NAME[@BATCH]...

NAME: resnet18, resnet50, … (tests/data/torch_resnet.py makes them, with seeded weights), "cifar" (the trained ResNet-20
at 32 x 32) or "embedded" (96 x 96); resnet50@8 has a batch of its own. Needs torch, onnx and onnxruntime in this Python; openvino, ncnn with pnnx, and
matplotlib where they are there (what is missing is left out and said). None of them is needed by the product.
Each engine is a process of its own that sleeps while another is measured. Machines are noisy: the ratio is the median
of the rounds' ratios against the faster of ONNX Runtime and OpenVINO in fp32 in the same round. The error is the
largest difference from the same network in float64, over the largest logit.
--write puts tables and a plot into docs/benchmarks.md and docs/benchmarks.svg.
"""
import argparse
import contextlib
import json
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import warnings

import benchmark_report
import networks
from engines import ENGINES

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LEADERS = ('ONNX Runtime', 'OpenVINO')


class Worker:
    def __init__(self, engine, job):
        self.process = subprocess.Popen([sys.executable, os.path.join(ROOT, 'bench', 'engines.py'), engine, json.dumps(job)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)

    def wait(self):
        answer = self.read()
        self.reason = None if answer == 'ready' else answer.removeprefix('cannot ') or 'it ended at once'

    def read(self):
        """The next line that is an answer: some engines print to standard output."""
        for line in self.process.stdout:
            line = line.strip()
            if line.split(' ')[0] in ('ready', 'cannot', 'done') or line.replace('.', '', 1).replace('e-', '', 1).isdigit():
                return line
        return ''

    def ask(self, line):
        self.process.stdin.write(line + '\n')
        self.process.stdin.flush()
        answer = self.read()
        if not answer:
            raise SystemExit(f'{self.process.args[2]} ended while it was asked for "{line}"')
        return answer

    def close(self):
        self.process.stdin.close()
        self.process.wait()


@contextlib.contextmanager
def quiet():
    """Nothing on standard output and standard error, not even of native code."""
    kept = [os.dup(1), os.dup(2)]
    with open(os.devnull, 'w') as null:
        for stream in (1, 2):
            os.dup2(null.fileno(), stream)
    try:
        yield
    finally:
        sys.stdout.flush()
        for stream in (1, 2):
            os.dup2(kept[stream - 1], stream)
            os.close(kept[stream - 1])


def make_files(folder, name, batch):
    """Writes the network in every form that an engine wants. Returns the files, the size and the logits in float64."""
    import numpy as np
    import torch
    model, size = networks.make(name)
    base = os.path.join(folder, f'{name}_{batch}')  # pnnx makes _ of -
    files = {'pth': base + '.pth', 'onnx': base + '.onnx', 'input': base + '-input.npy'}
    x = torch.randn((batch, 3, size, size), generator=torch.Generator().manual_seed(1))
    torch.save(model.state_dict(), files['pth'])
    warnings.filterwarnings('ignore', category=DeprecationWarning)
    torch.onnx.export(model, (x,), files['onnx'], opset_version=17, dynamo=False, input_names=['input'], output_names=['logits'])
    np.save(files['input'], x.numpy())
    try:
        import pnnx
        with quiet():
            pnnx.export(model, base + '.pt', (x[:1],), optlevel=2, fp16=False)
        files.update(ncnn_param=base + '.ncnn.param', ncnn_bin=base + '.ncnn.bin')
    except ImportError:
        pass
    with torch.no_grad():
        reference = model.double()(x.double()).numpy()
    return files, size, reference


def compare(folder, made, name, batch, threads, options):
    """Rows (engine, milliseconds an image or None, ratio, error or reason)."""
    import numpy as np
    files, size, reference = made
    job = {'files': files, 'name': name, 'tool': options.tool, 'threads': threads, 'batch': batch, 'size': size}
    workers = {}
    for engine in options.engines:  # one by one: ours measures which precision is faster
        workers[engine] = Worker(engine, job)
        workers[engine].wait()
    ready = {engine: w for engine, w in workers.items() if w.reason is None}
    rounds = [{engine: float(w.ask(str(options.seconds))) for engine, w in ready.items()} for _ in range(options.rounds)]
    rows = []
    for engine, worker in workers.items():
        if worker.reason is not None:
            rows.append((engine, None, None, worker.reason))
            continue
        out = os.path.join(folder, 'logits.npy')
        worker.ask('run ' + out)
        error = np.abs(np.load(out).reshape(reference.shape) - reference).max() / np.abs(reference).max()
        leaders = [min(r[e] for e in LEADERS if e in r) for r in rounds if any(e in r for e in LEADERS)]
        ratio = statistics.median(r[engine] / best for r, best in zip(rounds, leaders)) if leaders else None
        rows.append((engine, statistics.median(r[engine] for r in rounds), ratio, error))
    for worker in workers.values():
        worker.close()
    return rows


def numbers(text):
    return [int(n) for n in text.split(',')]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--tool', default=os.path.join(ROOT, 'build', 'tools', 'resnet-tool', 'resnet-tool'))
    p.add_argument('--threads', type=numbers, default=[1])
    p.add_argument('--batch', type=numbers, default=[1])
    p.add_argument('--rounds', type=int, default=5)
    p.add_argument('--seconds', type=float, default=2)
    p.add_argument('--engines', type=lambda text: text.split(','), default=[e for e in ENGINES if ', ' not in e],
                   help='comma-separated names out of: ' + '; '.join(ENGINES))
    p.add_argument('--write', action='store_true')
    p.add_argument('names', nargs='+', metavar='NAME[@BATCH]')
    options = p.parse_args()
    jobs = []
    for text in options.names:
        name, at, batch = text.partition('@')
        if name not in networks.names() or (at and not batch.isdigit()):
            p.error(f'{text} is none of {", ".join(networks.names())}, alone or with @BATCH')
        jobs += [(name, b) for b in ([int(batch)] if at else options.batch)]
    unknown = [e for e in options.engines if e not in ENGINES]
    if unknown:
        p.error(f'no engine is named {unknown[0]}')
    if options.write:
        benchmark_report.check(os.path.join(ROOT, 'docs'))
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for name, batch in jobs:
            made = make_files(folder, name, batch)
            for threads in options.threads:
                rows = compare(folder, made, name, batch, threads, options)
                results.append((name, batch, threads, rows))
                print(benchmark_report.table(name, batch, threads, rows), flush=True)
    if options.write:
        command = 'bench/compare.py ' + shlex.join(sys.argv[1:])
        benchmark_report.write(os.path.join(ROOT, 'docs'), command, results)


if __name__ == '__main__':
    main()
