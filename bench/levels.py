#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The ISA levels of this machine beside level c, whose convolutions are OpenBLAS's, of the same models in one run.

usage: levels.py [--tool PATH] [--threads N,N] [--rounds N] [--seconds S] MODEL[@HxW]...

MODEL: a file or "embedded". Each round measures every level of a model, turn by turn; times are medians of the rounds, ratios medians of the
rounds' ratios against level c. Of layers (resnet-tool bench --layers), each level's shortest median counts: those that take more than 3 %
longer than at level c are named. Prints Markdown; exits with 1 where a level is slower than level c as a whole. The peak is what
resnet-tool measures: multiply-adds in registers alone.
"""
import argparse
import json
import os
import re
import statistics
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# Those between run the same float32 kernels as the one before them.
LEVELS = ('c', 'avx2', 'avx512', 'amx')
NOISE = 1.03


def bench(tool, model, size, level, threads, seconds):
    command = [tool, 'bench', model, '--layers', '--json', '--quiet', '--warmup', '1', '--max-isa', level, '--threads', str(threads),
               '--seconds', str(seconds)]
    done = subprocess.run(command + (['--size', size] if size else []), check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f'{model} at level {level}: {done.stderr.strip()}')
    return json.loads(done.stdout)


def levels_here(tool, model, size):
    return [level for level in LEVELS if bench(tool, model, size, level, 1, 0)['isa'] == level]


def shortest(results):
    """Each layer's shortest time, ms."""
    times = {}
    for result in results:
        for layer in result['layers']:
            times[layer['name']] = min(times.get(layer['name'], float('inf')), layer['ms'])
    return times


def slower_layers(results, reference):
    """Names and ratios of the layers that take longer than those of the reference."""
    ours, theirs = shortest(results), shortest(reference)
    return [(name, ours[name] / theirs[name]) for name in ours if name in theirs and ours[name] > NOISE * theirs[name]]


def compare(tool, model, size, levels, threads, rounds, seconds):
    """Rows: level, ms, ratio to level c, fraction of the peak, layers slower than level c."""
    results = {level: [] for level in levels}
    for _ in range(rounds):
        for level in levels:
            results[level].append(bench(tool, model, size, level, threads, seconds))
    rows = []
    for level in levels:
        ratios = [a['median_ms'] / b['median_ms'] for a, b in zip(results[level], results['c'])]
        rows.append((level, statistics.median(r['median_ms'] for r in results[level]), statistics.median(ratios),
                     statistics.median(r['peak_fraction'] for r in results[level]),
                     statistics.median(r['peak_gflops'] for r in results[level]), slower_layers(results[level], results['c'])))
    return rows


def split_size(text):
    match = re.fullmatch(r'(.+)@(\d+x\d+)', text)
    return match.groups() if match else (text, None)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('--tool', default=os.path.join(ROOT, 'build', 'tools', 'resnet-tool', 'resnet-tool'))
    p.add_argument('--threads', type=lambda text: [int(n) for n in text.split(',')], default=[1])
    p.add_argument('--rounds', type=int, default=3)
    p.add_argument('--seconds', type=float, default=1)
    p.add_argument('models', nargs='+', metavar='MODEL[@HxW]')
    options = p.parse_args()
    levels = levels_here(options.tool, *split_size(options.models[0]))
    if levels == ['c']:
        raise SystemExit('this machine has no level but c')
    print('| model, threads | level | ms an image | beside level c | of the measured peak, GFLOP/s a thread | layers slower than at level c |')
    print('| --- | --- | ---: | ---: | ---: | --- |')
    failed = False
    for text in options.models:
        model, size = split_size(text)
        name = os.path.splitext(os.path.basename(model))[0]
        for threads in options.threads:
            for level, ms, ratio, fraction, peak, slower in compare(options.tool, model, size, levels, threads, options.rounds,
                                                                    options.seconds):
                failed = failed or ratio > 1
                names = ', '.join(f'{layer} ({times:.2f})' for layer, times in slower) if level != 'c' else ''
                print(f'| {name}, {threads} | {level} | {ms:.2f} | {ratio:.2f} | {100 * fraction:.0f} % of {peak:.0f} | {names or "–"} |',
                      flush=True)
    sys.exit(failed)


if __name__ == '__main__':
    main()
