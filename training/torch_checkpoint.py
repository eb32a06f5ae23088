# SPDX-License-Identifier: LGPL-2.1-or-later
"""Read a PyTorch state dict into NumPy arrays, without PyTorch.

Covers what the recipes here save: torch.save's zip archive with an OrderedDict of tensors. The unpickler knows five
names and refuses all others, so that a file from elsewhere can do no more than fail.
"""

import collections
import pickle
import zipfile

import numpy

_STORAGE_DTYPES = {
    "DoubleStorage": "f8",
    "FloatStorage": "f4",
    "HalfStorage": "f2",
    "LongStorage": "i8",
    "IntStorage": "i4",
}


def _rebuild_tensor(storage, offset, shape, strides, *_unused):
    """A copy in row-major order, whatever the strides were: training ran in channels-last order."""
    if any(n < 0 for n in (offset, *shape, *strides)):
        raise ValueError("a tensor has a negative size, stride or offset")
    last = offset + sum((size - 1) * stride for size, stride in zip(shape, strides))
    if numpy.prod(shape) > 0 and last >= storage.size:
        raise ValueError(f"a tensor of shape {list(shape)} reaches past its storage of {storage.size} elements")
    view = numpy.lib.stride_tricks.as_strided(
        storage[offset:], shape, [stride * storage.itemsize for stride in strides], writeable=False
    )
    return numpy.array(view, order="C")


class _StateDictUnpickler(pickle.Unpickler):
    def __init__(self, archive, prefix, byte_order):
        super().__init__(archive.open(f"{prefix}/data.pkl"))
        self.archive, self.prefix, self.byte_order = archive, prefix, byte_order

    def find_class(self, module, name):
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuild_tensor
        if module == "torch" and name in _STORAGE_DTYPES:
            return name
        raise pickle.UnpicklingError(f"{module}.{name} has no place in a state dict")

    def persistent_load(self, saved_id):
        kind, storage_type, key, _device, n_elements = saved_id
        if kind != "storage" or storage_type not in _STORAGE_DTYPES:
            raise pickle.UnpicklingError(f"{saved_id!r} is not a storage of a known type")
        dtype = numpy.dtype(self.byte_order + _STORAGE_DTYPES[storage_type])
        return numpy.frombuffer(self.archive.read(f"{self.prefix}/data/{key}"), dtype, n_elements)


def load_state_dict(path):
    """The tensors of PATH by name, in the file's order, as native-endian row-major arrays."""
    with zipfile.ZipFile(path) as archive:
        pickles = [name for name in archive.namelist() if name.endswith("/data.pkl")]
        if len(pickles) != 1:
            raise ValueError(f"{path} is a zip archive, but not one of torch.save: it has {len(pickles)} data.pkl")
        prefix = pickles[0].rsplit("/", 1)[0]
        order = ">" if _read_optional(archive, f"{prefix}/byteorder") == b"big" else "<"
        state = _StateDictUnpickler(archive, prefix, order).load()
    for name, tensor in state.items():
        if not isinstance(tensor, numpy.ndarray):
            raise ValueError(f"{path}: {name} is a {type(tensor).__name__}, not a tensor")
    return {name: tensor.astype(tensor.dtype.newbyteorder("=")) for name, tensor in state.items()}


def _read_optional(archive, name):
    return archive.read(name) if name in archive.namelist() else None
