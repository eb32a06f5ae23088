# SPDX-License-Identifier: LGPL-2.1-or-later
"""What compare.py measured, as Markdown tables and a plot in docs/benchmarks.md."""
import datetime
import os
import re

BEGIN, END = '<!-- compare.py writes from here -->', '<!-- to here -->'


def table(name, batch, threads, rows):
    lines = [f'### {title(name, batch, threads)}', '',
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


def title(name, batch, threads):
    return f'{name}, batch {batch}, {threads} thread{"s" if threads != 1 else ""}'


def engines_of(results):
    """Engines measured at least once, in the order of the rows."""
    return list(dict.fromkeys(row[0] for *_, rows in results for row in rows if row[1] is not None))


def left_out(results):
    """One line for each engine that was never measured."""
    reasons = {row[0]: row[3] for *_, rows in results for row in rows if row[1] is None}
    return [f'- {engine} is left out: {reason}' for engine, reason in reasons.items() if engine not in engines_of(results)]


def summary(results):
    """One line a case: milliseconds an image of each engine, the ratio beside those of gst-resnet, and the errors."""
    engines = engines_of(results)
    lines = ['| network, batch, threads | ' + ' | '.join(engines) + ' | error of gst-resnet | worst of the others |',
             '| --- |' + ' ---: |' * (len(engines) + 2)]
    for name, batch, threads, rows in results:
        cells = []
        for engine in engines:
            ms, ratio = next((row[1:3] for row in rows if row[0] == engine), (None, None))
            ours = engine.startswith('gst-resnet') and ratio is not None
            cells.append('–' if ms is None else f'{ms:.2f}' + (f' (**{ratio:.2f}**)' if ours else ''))
        errors = [[row[3] for row in rows if row[1] is not None and row[0].startswith('gst-resnet') == ours] for ours in (True, False)]
        cells += [f'{max(e):.1e}' if e else '–' for e in errors]
        lines.append(f'| {title(name, batch, threads)} | ' + ' | '.join(cells) + ' |')
    return '\n'.join(lines) + '\n'


def plot(path, results):
    """Each engine's time over the faster of ONNX Runtime and OpenVINO: a bar for gst-resnet, points for the others."""
    import matplotlib
    matplotlib.use('svg')
    import matplotlib.pyplot as plt
    figure, axis = plt.subplots(figsize=(8, 1.2 + 0.32 * len(results)), layout='constrained')
    ticks = [title(name, batch, threads) for name, batch, threads, _ in results]
    for engine, marker in zip(engines_of(results), 'sDoxv^*P<>' * len(results)):
        points = [(tick, row[2]) for tick, (*_, rows) in zip(ticks, results) for row in rows
                  if row[0] == engine and row[2] is not None]
        if not points:
            continue
        names, ratios = zip(*points)
        if engine == 'gst-resnet auto':
            bars = axis.barh(names, ratios, color='tab:blue', label=engine)
            axis.bar_label(bars, fmt='%.2f', label_type='center', color='white')
        else:
            axis.scatter(ratios, names, marker=marker, s=24, label=engine, zorder=3)
    axis.axvline(1, color='black', linewidth=0.8)
    axis.set_xlim(0, 2)
    axis.set_xlabel('time over the faster of ONNX Runtime and OpenVINO; beyond 2: not shown')
    axis.invert_yaxis()
    axis.spines[['top', 'right']].set_visible(False)
    figure.legend(fontsize=8, loc='outside lower center', ncols=6)
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
        picture = '![Time beside the faster of ONNX Runtime and OpenVINO](benchmarks.svg)\n\n'
    except ImportError:
        picture = ''
    made = (f'{machine()}; {datetime.date.today().isoformat()}; {versions()}. Milliseconds an image, medians; in brackets the ratio.\n\n'
            f'    {command}\n\n{picture}{summary(results)}\n' + ''.join(line + '\n' for line in left_out(results)))
    with open(path, 'w', encoding='utf-8') as f:
        f.write(text[:text.index(BEGIN)] + BEGIN + '\n' + made + text[text.index(END):])
