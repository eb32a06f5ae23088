# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the checks of ONNX models against ONNX Runtime share: cases, exports, the comparison.

Importing it ends the program with 77 (skipped) where torch, onnx or onnxruntime are not installed. The interpreter:
GST_RESNET_TORCH_PYTHON, else the one that runs this.
"""
import contextlib
import io
import logging
import os
import re
import subprocess
import sys
import tempfile
import warnings

SKIP = 77

python = os.environ.get('GST_RESNET_TORCH_PYTHON')
if python and os.path.abspath(python) != sys.executable and not os.environ.get('CHECK_ONNX_CHILD'):
    os.environ['CHECK_ONNX_CHILD'] = '1'
    os.execv(python, [python] + sys.argv)

try:
    import numpy as np
    import onnx
    import onnxruntime
    import torch
    from onnx import TensorProto, helper, numpy_helper
except ImportError as e:
    print('skipped:', e, '(set GST_RESNET_TORCH_PYTHON to an interpreter with torch, onnx and onnxruntime)')
    sys.exit(SKIP)
from torch_resnet import ResNet, doubling, randomise  # noqa: E402

warnings.filterwarnings('ignore')
logging.disable(logging.WARNING)
onnxruntime.set_default_logger_severity(3)

CASES = {}


def case(name, size=(64, 64), **how):
    """A function that writes a model to the path it is given, and may return the path of another to compare with.

    how: allowed (share of the largest logit), steps (quantization steps of the output), x (makes the input of the
    batch's shape), run (arguments of resnet-tool run), refused (what the tool must say instead)
    """
    def add(make):
        assert name not in CASES, name
        CASES[name] = make, size, how
        return make
    return add


def thin(**options):
    return ResNet(doubling((2, 2, 2, 2), 16, 16), stem=16, classes=37, **options)


def thin50(**options):
    return ResNet(doubling((2, 1, 2, 1), 8, 32), stem=16, classes=37, bottleneck=True, **options)


def seeded(model, size=(64, 64), seed=1):
    with torch.no_grad():
        return randomise(model, size, seed)


def export(model, path, size=(64, 64), dynamo=False, opset=17, dynamic=True, half=False, **options):
    x = torch.randn(1, 3, *size)
    if half:
        model, x = model.half(), x.half()
    if dynamo:
        options['external_data'] = options.get('external_data', False)
        if dynamic:
            options['dynamic_shapes'] = ({0: torch.export.Dim('batch')},)
            x = torch.cat([x, x])
    else:
        options['dynamic_axes'] = {'input': {0: 'batch'}, 'output': {0: 'batch'}} if dynamic else None
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        torch.onnx.export(model, (x,), path, dynamo=dynamo, opset_version=opset, input_names=['input'],
                          output_names=['output'], **options)


def half(model, path, **options):
    """A float16 model; the reference is the same file with the same weights in float32."""
    export(model, path, half=True, **options)
    return upcast(path)


def upcast(path):
    upcast = onnx.load(path)
    graph = upcast.graph
    for tensor in list(graph.initializer) + [a.t for n in graph.node for a in n.attribute if a.name == 'value']:
        if tensor.data_type == TensorProto.FLOAT16:
            tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).astype(np.float32), tensor.name))
    for value in list(graph.input) + list(graph.output):
        if value.type.tensor_type.elem_type == TensorProto.FLOAT16:
            value.type.tensor_type.elem_type = TensorProto.FLOAT
    del graph.value_info[:]
    for node in graph.node:
        for attribute in node.attribute:
            if node.op_type == 'Cast' and attribute.i == TensorProto.FLOAT16:
                attribute.i = TensorProto.FLOAT
    onnx.save(upcast, path + '.reference')
    return path + '.reference'


def quantize(path, model=None, size=(64, 64), **options):
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    class Reader(CalibrationDataReader):
        def __init__(self):
            rng = np.random.default_rng(5)
            self.data = iter([{'input': rng.standard_normal((1, 3) + size, np.float32)} for _ in range(8)])

        def get_next(self):
            return next(self.data, None)

    export(seeded(model or thin()), path + '.float', size)
    with contextlib.redirect_stdout(io.StringIO()):
        quant_pre_process(path + '.float', path + '.pre')
        options.setdefault('quant_format', QuantFormat.QDQ)
        quantize_static(path + '.pre', path, Reader(), **options)


def initializer(name, array):
    return numpy_helper.from_array(np.ascontiguousarray(array, np.float32), name)


def by_hand(path, nodes, tensors, shape, output, opset=13, **options):
    graph = helper.make_graph(
        nodes, 'by hand', [helper.make_tensor_value_info('input', TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, ['M', 11])], tensors)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid('', opset)], ir_version=8, **options)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def normal(shape):
    return np.random.default_rng(9).standard_normal(shape, np.float32)


def session_of(path, plain):
    options = onnxruntime.SessionOptions()
    if plain:
        # Without VNNI its integer kernels saturate at 16 bits (u8 · s8 pairs); the file's own operators do not.
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(path, options, providers=['CPUExecutionProvider'])


def expected_logits(path, x, plain):
    """Of the batch x, NCHW, as the model wants it: its layout, its type, its batch."""
    session = session_of(path, plain)
    given = session.get_inputs()[0]
    x = x.transpose(0, 2, 3, 1) if given.shape[3] == 3 else x
    x = x.astype({'tensor(float16)': np.float16, 'tensor(uint8)': np.uint8}.get(given.type, np.float32))
    step = given.shape[0] if isinstance(given.shape[0], int) else len(x)
    parts = [x[i:i + step] for i in range(0, len(x), step)]
    first = session.get_outputs()[0].name
    return np.concatenate([session.run([first], {given.name: p})[0] for p in parts]).reshape(len(x), -1)


def check(tool, name, make, size, how, folder):
    path = os.path.join(folder, re.sub(r'\W', '_', name) + '.onnx')
    try:
        reference = make(path) or path
    except ImportError as e:
        return 'skipped', str(e)
    except Exception as e:
        if 'torchvision' in str(e):  # timm without it
            return 'skipped', str(e)
        return 'FAILED', f'could not be made: {type(e).__name__}: {e}'
    x = how.get('x', normal)((2, 3) + size)
    np.save(os.path.join(folder, 'x.npy'), x)
    result = subprocess.run([tool, 'run', path, '--input', os.path.join(folder, 'x.npy'), '--output',
                             os.path.join(folder, 'y.npy'), '--quiet'] + how.get('run', []),
                            capture_output=True, text=True)
    if 'refused' in how:
        said = result.stderr.strip()
        return 'ok' if result.returncode and how['refused'] in said else 'FAILED', said
    if result.returncode:
        return 'FAILED', result.stderr.strip()
    expected = expected_logits(reference, x, 'steps' in how)
    y = np.load(os.path.join(folder, 'y.npy'))
    if y.shape != expected.shape:
        return 'FAILED', f'{y.shape} instead of {expected.shape}'
    error = abs(y - expected).max()
    allowed = how.get('allowed', 1e-4) * abs(expected).max()
    if 'steps' in how:
        allowed = how['steps'] * output_step(path) * 1.001
    text = f'{error:.2g} of {allowed:.2g} allowed'
    return ('ok' if error <= allowed else 'FAILED'), text


def output_step(path):
    """The scale of the quantization that is the last before the output."""
    graph = onnx.load(path).graph
    made = {o: n for n in graph.node for o in n.output}
    values = {t.name: numpy_helper.to_array(t) for t in graph.initializer}
    node = made[graph.output[0].name]
    while node.op_type != 'DequantizeLinear':
        node = made[node.input[0]]
    return float(values[node.input[1]])


def main():
    tool, part = os.path.abspath(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ''
    torch.set_num_threads(2)
    counts = {}
    with tempfile.TemporaryDirectory(prefix='check-onnx-') as folder:
        for name, (make, size, how) in CASES.items():
            if part not in name:
                continue
            torch.manual_seed(7)
            result, text = check(tool, name, make, size, how, folder)
            counts[result] = counts.get(result, 0) + 1
            print(f'{result:8} {name}: {text}', flush=True)
            for file in os.listdir(folder):
                os.remove(os.path.join(folder, file))
    print(', '.join(f'{n} {result}' for result, n in counts.items()))
    return 1 if 'FAILED' in counts or not counts.get('ok') else 0
