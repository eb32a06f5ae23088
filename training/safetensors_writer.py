# SPDX-License-Identifier: LGPL-2.1-or-later
"""Write a .safetensors file: eight bytes of header length (little-endian), a JSON header, the tensors' bytes."""

import json

import numpy

_DTYPE_NAMES = {"f8": "F64", "f4": "F32", "f2": "F16", "i8": "I64", "i4": "I32"}
_HEADER_ALIGNMENT = 8


def save(path, tensors, metadata):
    """Write TENSORS (name to array) and METADATA (string to string) to PATH.

    Wide types go first, so that every tensor is aligned to its own element size; within a type the given order stays.
    The same input gives the same bytes.
    """
    for key, value in metadata.items():
        if not isinstance(key, str) or not isinstance(value, str):
            raise TypeError(f"metadata {key!r}: both key and value must be strings")
    header, chunks, offset = {"__metadata__": metadata}, [], 0
    for name, tensor in sorted(tensors.items(), key=lambda item: -item[1].dtype.itemsize):
        data = numpy.ascontiguousarray(tensor, tensor.dtype.newbyteorder("<")).tobytes()
        header[name] = {
            "dtype": _DTYPE_NAMES[f"{tensor.dtype.kind}{tensor.dtype.itemsize}"],
            "shape": list(tensor.shape),
            "data_offsets": [offset, offset + len(data)],
        }
        chunks.append(data)
        offset += len(data)
    encoded = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    encoded += b" " * (-len(encoded) % _HEADER_ALIGNMENT)
    with open(path, "wb") as file:
        file.write(len(encoded).to_bytes(8, "little"))
        file.write(encoded)
        file.writelines(chunks)
