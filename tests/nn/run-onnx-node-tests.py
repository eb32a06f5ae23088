#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""The onnx package's own backend tests of the operators that nn/ops has.

usage: run-onnx-node-tests.py RUNNER [-v]

Every node test of each of OPERATORS, made by the package itself, and its light ResNet-50 go through RUNNER (onnx-node-runner), and
values, types and shapes are compared with the test's own tolerance. A test is left out only for a reason in SKIP below, an
operator of OPERATORS must have passed at least once.
Exit status 77 (skipped) where onnx cannot be imported: set GST_RESNET_TORCH_PYTHON to a Python that has it.
"""
import collections
import os
import re
import subprocess
import sys
import tempfile

PYTHON = os.environ.get('GST_RESNET_TORCH_PYTHON') or os.environ.get('GST_RESNET_PYTHON') or 'python3'

# Operators that must run; then others that do, and are tested where the package has tests of them.
OPERATORS = '''Conv BatchNormalization Relu Clip LeakyRelu Sigmoid HardSigmoid HardSwish Add Mul Sub Div Concat MaxPool AveragePool
GlobalAveragePool GlobalMaxPool ReduceMean Gemm MatMul Flatten Reshape Squeeze Unsqueeze Transpose Softmax LogSoftmax Identity
Dropout Pad Shape Gather Slice Cast ConstantOfShape Constant QuantizeLinear DequantizeLinear'''.split()
MORE = '''Abs And ArgMax ArgMin CastLike Ceil Celu Cos Elu Equal Erf Exp Expand Floor Gelu Greater GreaterOrEqual Hardmax
InstanceNormalization LayerNormalization Less LessOrEqual Log Max Mean Min Mish Mod Neg Not Or PRelu Pow Range Reciprocal ReduceL1
ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMin ReduceProd ReduceSum ReduceSumSquare Round Selu Sign Sin Size Softplus
Softsign Split Sqrt Sum Swish Tanh ThresholdedRelu Tile Where Xor'''.split()

# What is refused on purpose: the reason, and what the error must say.
SKIP = [
    ('strings and small types are not held',
     r'^(float[48]\w*|u?int[24]|object|complex\d+|str\d*) is not held'),
    ('training', r'training'),
    ('opsets before 7', r'has operators of opset [1-6];'),
    ('sequences and optionals', r'is not a tensor'),
]


def has_onnx():
    try:
        return subprocess.run([PYTHON, '-c', 'import onnx, numpy'], stderr=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL).returncode == 0
    except OSError:
        return False


def write_tensor(path, array):
    import numpy as np
    name = array.dtype.name
    floating = name in ('float16', 'float32', 'float64', 'bfloat16')
    with open(path, 'wb') as out:
        out.write((' '.join([name, *map(str, array.shape)]) + '\n').encode())
        if floating:
            out.write(array.astype(np.float32).tobytes())
        else:
            out.write((array if array.dtype == np.uint64 else array.astype(np.int64)).tobytes())


def read_tensor(path):
    """The elements and the name of their type."""
    import numpy as np
    with open(path, 'rb') as file:
        name, *dims = file.readline().decode().split()
        held = np.float32 if 'float' in name else np.uint64 if name == 'uint64' else np.int64
        return np.frombuffer(file.read(), held).reshape([int(d) for d in dims]), name


class Runner:
    def __init__(self, program, folder):
        self.program = program
        self.folder = folder
        self.process = None

    def run(self, model, inputs, n_outputs):
        """Outputs, or what the error says."""
        if self.process is None or self.process.poll() is not None:
            self.process = subprocess.Popen([self.program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        path = os.path.join(self.folder, 'model.onnx')
        with open(path, 'wb') as out:
            out.write(model)
        files_in = [os.path.join(self.folder, f'in{i}') for i in range(len(inputs))]
        files_out = [os.path.join(self.folder, f'out{i}') for i in range(n_outputs)]
        for file, array in zip(files_in, inputs):
            write_tensor(file, array)
        self.process.stdin.write('\t'.join([path, str(len(inputs))] + files_in + files_out) + '\n')
        self.process.stdin.flush()
        answer = self.process.stdout.readline().strip()
        if answer != 'ok':
            return None, answer or 'the runner ended'
        return [read_tensor(file) for file in files_out], None


def compare(results, expected, rtol, atol):
    import numpy as np
    for i, ((value, name), want) in enumerate(zip(results, expected)):
        if name != want.dtype.name:
            return f'output {i} is of {name}, should be of {want.dtype.name}'
        if value.shape != want.shape:
            return f'output {i} has shape {value.shape}, should have {want.shape}'
        if 'float' in name:
            # 16-bit types are held and computed as float32: up to one unit in the last place of the largest element.
            unit = {'float16': 2.0**-10, 'bfloat16': 2.0**-7}.get(name, 0)
            value, want = value.astype(want.dtype).astype(np.float64), want.astype(np.float64)
            finite = np.abs(want[np.isfinite(want)])
            atol = max(atol, unit * finite.max()) if finite.size else atol
            if not np.allclose(value, want, rtol=rtol, atol=atol, equal_nan=True):
                return f'output {i} differs by {np.nanmax(np.abs(value - want)):.3g}'
        elif not np.array_equal(value, want.astype(value.dtype)):
            return f'output {i} differs'
    return None


def to_array(value):
    """NumPy's array of a tensor, None of anything else."""
    import numpy as np
    import onnx
    if isinstance(value, onnx.TensorProto):
        return onnx.numpy_helper.to_array(value)
    return np.asarray(value) if isinstance(value, np.ndarray) or np.isscalar(value) else None


def run_data_set(runner, case, inputs, outputs):
    """What is wrong with it, or None."""
    inputs, outputs = [to_array(x) for x in inputs], [to_array(x) for x in outputs]
    for array in inputs + outputs:
        if array is None:
            return 'is not a tensor'
        if re.match(r'float[48]|u?int[24]$|object|complex|str', array.dtype.name):
            return f'{array.dtype.name} is not held'
    results, wrong = runner.run(case.model.SerializeToString(), inputs, len(outputs))
    return wrong or compare(results, outputs, case.rtol, case.atol)


def node_tests(verbose, runner):
    from onnx.backend.test.case.node import collect_testcases
    passed, skipped, failed = collections.Counter(), collections.Counter(), []
    wanted = set(OPERATORS) | set(MORE)
    for case in collect_testcases(None):
        operators = {node.op_type for node in case.model.graph.node}
        if not operators <= wanted or any(node.domain not in ('', 'ai.onnx') for node in case.model.graph.node):
            continue
        wrong = None
        for inputs, outputs in case.data_sets:
            wrong = wrong or run_data_set(runner, case, inputs, outputs)
        if not wrong:
            passed.update(operators)
            passed[''] += 1
            continue
        reason = next((reason for reason, pattern in SKIP if re.search(pattern, wrong)), None)
        if reason:
            skipped[reason] += 1
            if verbose:
                print(f'skipped {case.name}: {reason} ({wrong})')
        else:
            failed.append(f'{case.name}: {wrong}')
    failed.extend(f'{operator}: no test of it passed' for operator in OPERATORS if not passed[operator])
    return passed, skipped, failed


def light_resnet50(runner):
    """onnx/backend/test/data/light: the weights are made by ConstantOfShape, the input is a ramp (backend/test/runner)."""
    import numpy as np
    import onnx
    from onnx import numpy_helper
    folder = os.path.join(os.path.dirname(onnx.__file__), 'backend', 'test', 'data', 'light')
    model = onnx.load(os.path.join(folder, 'light_resnet50.onnx'))
    with open(os.path.join(folder, 'light_resnet50_output_0.pb'), 'rb') as file:
        expected = numpy_helper.to_array(onnx.TensorProto.FromString(file.read()))
    names = {tensor.name for tensor in model.graph.initializer}
    inputs = [v for v in model.graph.input if v.name not in names]
    shape = [d.dim_value for d in inputs[0].type.tensor_type.shape.dim]
    n = int(np.prod(shape))
    x = (np.arange(n).reshape(shape) / n).astype(np.float32)
    results, wrong = runner.run(model.SerializeToString(), [x], 1)
    return wrong or compare(results, [expected], 1e-3, 1e-5)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    if not has_onnx():
        print(f'SKIP: {PYTHON} cannot import onnx (GST_RESNET_TORCH_PYTHON names one that can)')
        return 77
    if 'NN_NODE_TESTS' not in os.environ:
        return subprocess.run([PYTHON, *sys.argv], env={**os.environ, 'NN_NODE_TESTS': '1'}).returncode
    import warnings
    warnings.simplefilter('ignore')
    with tempfile.TemporaryDirectory() as folder:
        runner = Runner(sys.argv[1], folder)
        passed, skipped, failed = node_tests('-v' in sys.argv, runner)
        wrong = light_resnet50(runner)
        if wrong:
            failed.append(f'light_resnet50: {wrong}')
        runner.process.stdin.close()
        runner.process.wait()
    print(f'passed: {passed[""]} node tests, {sum(passed[o] for o in OPERATORS)} of the required operators'
          + ('' if wrong else '; light_resnet50'))
    for reason, n in sorted(skipped.items()):
        print(f'skipped: {n}, {reason}')
    for line in failed:
        print(f'FAILED {line}')
    print(f'failed: {len(failed)}')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
