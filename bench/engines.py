# SPDX-License-Identifier: LGPL-2.1-or-later
"""The engines that compare.py measures, one process each: its own memory, its own threads, asleep while others run.

usage (by compare.py): engines.py ENGINE JSON

JSON: {"files": {"pth", "onnx", "ncnn_param", "ncnn_bin", "input"}, "tool", "threads", "batch", "size"}. Says "ready", or "cannot
REASON"; then answers each line SECONDS with the median milliseconds an image, and each line "run PATH" by writing its logits there as .npy.
"""
import json
import os
import statistics
import subprocess
import sys
import time


def median_ms(call, images, seconds):
    times = []
    end = time.monotonic() + seconds
    while time.monotonic() < end or len(times) < 3:
        start = time.perf_counter()
        call()
        times.append((time.perf_counter() - start) * 1e3 / images)
    return statistics.median(times)


class GstResnet:
    """Ours: resnet-tool measures itself."""

    def __init__(self, job, precision=None, max_isa=None):
        self.job = job
        self.precision = precision
        self.ready = False
        self.options = ['--threads', str(job['threads'])]
        if precision:
            self.options += ['--precision', precision]
        if max_isa:
            self.options += ['--max-isa', max_isa]

    def measure(self, seconds):
        size, batch = self.job['size'], self.job['batch']
        out = subprocess.run([self.job['tool'], 'bench', self.job['files']['pth'], '--batch', str(batch), '--size', f'{size}x{size}',
                              '--seconds', str(seconds), '--json', *self.options], check=True, capture_output=True, text=True)
        result = json.loads(out.stdout)
        # Each call is a process that chooses anew: one at the edge is not left out once it has begun.
        if not self.ready and self.precision not in (None, 'auto', result['precision']):
            raise RuntimeError(f'runs as {result["precision"]} on this machine')
        self.ready = True
        return result['median_ms']

    def logits(self):
        import numpy as np
        out = os.path.join(os.path.dirname(self.job['files']['pth']), f'ours-{os.getpid()}.npy')
        subprocess.run([self.job['tool'], 'run', self.job['files']['pth'], '--input', self.job['files']['input'], '--output', out,
                        *self.options], check=True, capture_output=True)
        return np.load(out)


class InProcess:
    """Engines that are called from here: call() gives the logits of the whole batch."""

    def measure(self, seconds):
        return median_ms(self.call, self.images, seconds)

    def logits(self):
        return self.call()


class OnnxRuntime(InProcess):
    def __init__(self, job):
        import numpy as np
        import onnxruntime as ort
        options = ort.SessionOptions()
        options.intra_op_num_threads = job['threads']
        options.inter_op_num_threads = 1
        options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
        session = ort.InferenceSession(job['files']['onnx'], options, providers=['CPUExecutionProvider'])
        x = np.load(job['files']['input'])
        self.images = len(x)
        self.call = lambda: session.run(None, {'input': x})[0]


class OpenVino(InProcess):
    def __init__(self, job, precision='f32'):
        import numpy as np
        import openvino as ov
        core = ov.Core()
        compiled = core.compile_model(core.read_model(job['files']['onnx']), 'CPU', {
            'INFERENCE_NUM_THREADS': job['threads'], 'INFERENCE_PRECISION_HINT': precision, 'PERFORMANCE_HINT': 'LATENCY',
            'NUM_STREAMS': 1, 'ENABLE_CPU_PINNING': False})
        if compiled.get_property('INFERENCE_PRECISION_HINT').to_string() != precision:
            raise RuntimeError(f'this processor has no {precision} in OpenVINO')
        request = compiled.create_infer_request()
        x = np.load(job['files']['input'])
        self.images = len(x)
        self.call = lambda: list(request.infer({0: x}).values())[0]


class PyTorch(InProcess):
    """oneDNN's layouts through channels_last and a frozen TorchScript graph: its quickest way without a compiler."""

    def __init__(self, job):
        import numpy as np
        import networks
        import torch
        torch.set_num_threads(job['threads'])
        model, _ = networks.make(job['name'])
        model.load_state_dict(torch.load(job['files']['pth'], weights_only=True))
        x = torch.from_numpy(np.load(job['files']['input'])).to(memory_format=torch.channels_last)
        self.images = len(x)
        with torch.inference_mode():
            traced = torch.jit.optimize_for_inference(torch.jit.freeze(torch.jit.trace(
                model.to(memory_format=torch.channels_last), x)))

        def call():
            with torch.inference_mode():
                return traced(x).numpy()
        self.call = call


class Ncnn(InProcess):
    """It has no batch: image after image. fp16 and bf16 storage are off, so that it computes in fp32."""

    def __init__(self, job):
        import ncnn
        import numpy as np
        self.net = net = ncnn.Net()
        net.opt.num_threads = job['threads']
        net.opt.use_fp16_packed = net.opt.use_fp16_storage = net.opt.use_fp16_arithmetic = False
        net.opt.use_bf16_storage = False
        net.load_param(job['files']['ncnn_param'])
        net.load_model(job['files']['ncnn_bin'])
        x = np.load(job['files']['input'])
        self.images = len(x)

        def one(image):
            extractor = net.create_extractor()
            extractor.input('in0', ncnn.Mat(np.ascontiguousarray(image)))
            return np.array(extractor.extract('out0')[1]).reshape(-1)
        self.call = lambda: np.stack([one(image) for image in x])


ENGINES = {
    'gst-resnet auto': lambda job: GstResnet(job, 'auto'),
    'gst-resnet highest': lambda job: GstResnet(job, 'highest'),
    'gst-resnet high': lambda job: GstResnet(job, 'high'),
    'gst-resnet medium': lambda job: GstResnet(job, 'medium'),
    'gst-resnet highest, AVX2': lambda job: GstResnet(job, 'highest', 'avx2'),
    'gst-resnet highest, AVX-512': lambda job: GstResnet(job, 'highest', 'avx512'),
    'ONNX Runtime': OnnxRuntime,
    'OpenVINO': OpenVino,
    'OpenVINO bf16': lambda job: OpenVino(job, 'bf16'),
    'PyTorch': PyTorch,
    'ncnn': Ncnn,
}


def main():
    job = json.loads(sys.argv[2])
    try:
        engine = ENGINES[sys.argv[1]](job)
        engine.measure(0)
    except subprocess.CalledProcessError as e:
        print('cannot', (e.stderr if isinstance(e.stderr, str) else e.stderr.decode()).strip().splitlines()[-1], flush=True)
        return
    except Exception as e:  # whatever another project's engine throws is the reason why it is left out
        print('cannot', str(e).strip().splitlines()[0] if str(e).strip() else type(e).__name__, flush=True)
        return
    print('ready', flush=True)
    for line in sys.stdin:
        word, _, rest = line.strip().partition(' ')
        if word == 'run':
            import numpy as np
            np.save(rest, engine.logits())
            print('done', flush=True)
        else:
            print(engine.measure(float(word)), flush=True)


if __name__ == '__main__':
    main()
