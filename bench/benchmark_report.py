# SPDX-License-Identifier: LGPL-2.1-or-later
"""What compare.py measured, as Markdown tables and a plot in docs/benchmarks.md."""
import datetime
import os
import re

BEGIN, END = '<!-- compare.py writes from here -->', '<!-- to here -->'


def table(name, batch, threads, rows):
    lines = [f'### {name}, batch {batch}, {threads} thread{"s" if threads != 1 else ""}', '',
             '| engine | ms an image | ratio | error |', '| --- | ---: | ---: | ---: |']
    for engine, ms, ratio, error in rows:
        if ms is None:
            lines.append(f'| {engine} | – | – | left out: {error} |')
        else:
            lines.append(f'| {engine} | {ms:.2f} | {"–" if ratio is None else f"{ratio:.2f}"} | {error:.1e} |')
    return '\n'.join(lines) + '\n'


def machine():
    """Processor, CPUs of this process and the levels that matter, as the kernel says them."""
    with open('/proc/cpuinfo') as f:
        text = f.read()
    model = re.search(r'model name\s*: (.*)', text)
    flags = re.search(r'flags\s*: (.*)', text)
    flags = set(flags.group(1).split()) if flags else set()
    levels = [f for f in ('avx2', 'avx512f', 'avx512_vnni', 'avx512_bf16', 'amx_bf16') if f in flags]
    return f'{model.group(1) if model else "unknown"}, {len(os.sched_getaffinity(0))} CPUs, {" ".join(levels)}'


def versions():
    found = []
    for module in ('onnxruntime', 'openvino', 'torch', 'ncnn'):
        try:
            found.append(f'{module} {__import__(module).__version__}')
        except ImportError:
            pass
    return ', '.join(found)


def plot(path, results):
    import matplotlib
    matplotlib.use('svg')
    import matplotlib.pyplot as plt
    figure, axes = plt.subplots(len(results), 1, figsize=(8, 1 + 2.2 * len(results)), squeeze=False, layout='constrained')
    for axis, (name, batch, threads, rows) in zip(axes[:, 0], results):
        measured = [(engine, ms) for engine, ms, _, _ in reversed(rows) if ms is not None]
        colours = ['tab:blue' if engine.startswith('gst-resnet') else 'tab:gray' for engine, _ in measured]
        bars = axis.barh([engine for engine, _ in measured], [ms for _, ms in measured], color=colours)
        axis.bar_label(bars, fmt='%.2f', padding=3)
        axis.set_title(f'{name}, batch {batch}, {threads} thread{"s" if threads != 1 else ""}: ms an image', loc='left', fontsize=10)
        axis.spines[['top', 'right']].set_visible(False)
    figure.savefig(path, metadata={'Date': None})


def check(folder):
    """The page's text; better to know before minutes of measuring that there is no place in it."""
    path = os.path.join(folder, 'benchmarks.md')
    with open(path, encoding='utf-8') as f:
        text = f.read()
    if BEGIN not in text or END not in text:
        raise SystemExit(f'{path} has no place between "{BEGIN}" and "{END}"')
    return path, text


def write(folder, command, results):
    path, text = check(folder)
    try:
        plot(os.path.join(folder, 'benchmarks.svg'), results)
        picture = '![Milliseconds an image](benchmarks.svg)\n\n'
    except ImportError:
        picture = ''
    made = (f'{machine()}; {datetime.date.today().isoformat()}; {versions()}\n\n    {command}\n\n{picture}'
            + '\n'.join(table(*r) for r in results))
    with open(path, 'w', encoding='utf-8') as f:
        f.write(text[:text.index(BEGIN)] + BEGIN + '\n' + made + text[text.index(END):])
