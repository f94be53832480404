"""What the tests of saving share: data, a model written to a file and read again, and files taken apart."""

import json
import struct
import zlib

import numpy as np

from ondol.models import load_model

rng = np.random.default_rng(0)
X = rng.normal(size=(10, 4)).astype("float32")
Y = rng.normal(size=(10, 1)).astype("float32")


def again(model, path, **kwargs):
    model.save(path)
    return load_model(path, **kwargs)


def outputs_are_equal(a, b, x, paths=True):
    first, second = a.predict(x), b.predict(x)
    assert type(first) is type(second)
    first, second = (list(p.values()) if isinstance(p, dict) else p for p in (first, second))
    for p, q in zip(first, second, strict=True) if isinstance(first, list) else [(first, second)]:
        np.testing.assert_array_equal(p, q)
    if paths:
        assert [w.path for w in a.weights] == [w.path for w in b.weights]


# The names of dtypes in safetensors files.
DTYPES = {
    "F64": "float64",
    "F32": "float32",
    "F16": "float16",
    "I32": "int32",
    "I64": "int64",
    "U32": "uint32",
}


def parts(path):
    """The header of a safetensors file as a dict, and the bytes after it."""
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    return json.loads(content[8 : 8 + length]), content[8 + length :]


def write(path, header, rest, signed=True):
    """A safetensors file of a header, a dict or bytes, with checksums that fit, and the bytes after it."""
    if isinstance(header, dict) and signed:
        sign(header, rest)
    text = json.dumps(header).encode() if not isinstance(header, bytes) else header
    path.write_bytes(struct.pack("<Q", len(text)) + text + rest)
    return path


def sign(header, rest):
    """Give a header the checksums of what there is, as docs/file-format.md says."""
    metadata, sums = header["__metadata__"], {}
    for name, form in header.items():
        if name != "__metadata__":
            begin, end = form["data_offsets"]
            said = f"{name} {DTYPES.get(form['dtype'], form['dtype'])} {form['shape']}".encode()
            sums[name] = f"{zlib.crc32(said + rest[begin:end]):08x}"
    if "header_checksum" in metadata:
        metadata["header_checksum"] = f"{zlib.crc32(metadata.get('header', '').encode()):08x}"
    if metadata.get("checksums", "[]") not in ("[]", "{}"):
        metadata["checksums"] = json.dumps(sums)
