"""A program that reads thousands of damaged files: python damaged_program.py FOLDER SEED COUNT.

It limits its own memory and the seconds that each file may take. The last line that it prints is JSON: how many files
were refused and read, by reader, and the first ones at which something else happened.
"""

import contextlib
import io
import json
import resource
import signal
import sys
import traceback
import warnings
from pathlib import Path

import numpy as np
from saved_models import parts, write

import ondol as od
from ondol.models import load_model
from ondol.training.durable.folder import CheckpointFolder

L = od.layers
SECONDS_A_FILE = 20
ROOM = 3 << 30  # bytes of address space beyond what there is when all modules are loaded
GROWTH = 400_000_000  # bytes of memory that all files together may need

NUMBERS = [
    0,
    -1,
    1,
    2,
    7,
    10.5,
    1e30,
    float("nan"),
    float("inf"),
    2**31,
    10**9,
    10**12,
    2**63,
    10**40,
    -(10**12),
]
NAMES = [
    "", "garbage", "Dense", "Lambda", "os.system", "builtins>eval", "function", "array", "__class__", "Model", "Sequential",
    "Conv2D", "TimeDistributed", "AUC", "Orthogonal", "Identity", "relu", "softmax", "adam", "MultiOptimizer", "Mean",
    "MeanIoU", "object", "S1000000000", "float64", "\x00", "x" * 100_000, "../../etc/passwd", "/dev/zero", "한글",
]  # fmt: skip
FORMS = [
    None, True, {}, [], [[]], {"class_name": "Dense"}, {"class_name": "Dense", "config": {"units": 10**12}}, {"symbol": 99},
    {"class_name": "array", "config": {"value": [1, 2], "dtype": "S1000000000"}},
    {"class_name": "array", "config": {"value": [[1], [1, 2]], "dtype": "object"}},
    {"class_name": "function", "config": "os.system"}, {"class_name": "function", "config": {}},
    {"class_name": ["Dense"], "config": 3}, {"tuple": True, "items": [1]}, {"items": {}}, {"slice": [None, None, 0]},
    {"array": [1.0], "dtype": "float32"}, {"class_name": "Identity", "config": {"gain": 10**12}},
    {"class_name": "AUC", "config": {"num_thresholds": 10**9}}, {"class_name": "MeanIoU", "config": {"num_classes": 10**6}},
    {"class_name": "Sequential", "config": {"name": "s", "layers": []}}, list(range(1000)), [10**12] * 4, [1] * 40,
]  # fmt: skip


def models():
    """Small models that together have much of what a description can hold."""
    x = np.linspace(0, 1, 16).reshape(4, 4).astype("float32")
    a = od.Input((4,))
    shared = L.Dense(3, activation="relu", kernel_initializer=od.initializers.HeNormal(seed=1))
    graph = od.Model(
        a, [L.Dense(1)(shared(a) * 2.0), od.concatenate([shared(a), od.exp(a)[:, ::2]], axis=-1)]
    )
    graph.compile(
        od.optimizers.Adam(od.optimizers.schedules.CosineDecay(0.1, 10)),
        ["mse", None],
        metrics=[[od.metrics.AUC(num_thresholds=5), "mae"], None],
    )
    graph.train_on_batch(x, [x[:, :1], None])
    image = od.Sequential(
        [
            od.Input((6, 6, 1)),
            L.Rescaling(1 / 255),
            L.RandomFlip(seed=1),
            L.Conv2D(2, 3, padding="same"),
            L.BatchNormalization(),
            L.Activation("tanh"),
            L.MaxPooling2D(),
            L.Dropout(0.5, seed=2),
            L.Flatten(),
            L.Dense(2, kernel_regularizer=od.regularizers.L2(0.1), kernel_constraint="max_norm"),
        ]
    )
    parts_ = [(od.optimizers.SGD(0.1, momentum=0.9), ".*kernel"), (od.optimizers.Lion(0.1), None)]
    image.compile(od.optimizers.MultiOptimizer(parts_), od.losses.Huber(), metrics=[od.metrics.MeanIoU(2)])
    image.optimizer.build(image.trainable_weights)
    return [graph, image]


def change_bytes(content, rng):
    """Damage as disks, networks and text editors do it."""
    data, n = bytearray(content), len(content)
    kind = rng.integers(9)
    i, j = sorted(int(k) for k in rng.integers(0, max(n, 1), 2))
    if kind == 0:
        for k in rng.integers(0, n, rng.integers(1, 9)):
            data[k] ^= 1 << int(rng.integers(8))
    elif kind == 1:
        del data[i:]
    elif kind == 2:
        del data[i:j]
    elif kind == 3:
        data[i:j] = bytes(j - i)
    elif kind == 4:
        data[i:i] = rng.bytes(int(rng.integers(1, 50)))
    elif kind == 5:
        k = (i + j) // 2
        data = data[:i] + data[k:j] + data[i:k] + data[j:]
    elif kind == 6:
        data[:8] = int(rng.choice([0, 1, 2, n, n - 8, n - 7, 2**31, 2**62, 99_999_999])).to_bytes(8, "little")
    elif kind == 7:
        data = bytearray(content + content) if rng.integers(2) else bytearray(content[::-1])
    else:
        data = bytearray(OTHER[int(rng.integers(len(OTHER)))] + content[i:j])
    return bytes(data)


OTHER = [
    b"", b"PK\x03\x04" + bytes(40), b"\x89HDF\r\n\x1a\n" + bytes(40), b"\x80\x04\x95\x10\x00\x00\x00cos\nsystem\n", b"GIF89a",
    b"\x93NUMPY\x01\x00v\x00{'descr': '|O'", b"{}      ", b'{"metadata": {}, "weight_map": {"a": "/dev/zero"}}', b"[" * 99_999,
    b'{"a":' * 50_000, b"\xff" * 300, b"<html>" * 9, (2).to_bytes(8, "little") + b"{}", (4).to_bytes(8, "little") + b"null",
]  # fmt: skip


def places(tree, path=()):
    yield path
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in items:
        yield from places(value, (*path, key))


def change_tree(tree, rng):
    """Another description: something in it replaced, removed, renamed, moved, or made enormous."""
    tree = json.loads(json.dumps(tree))
    for _ in range(rng.integers(1, 4)):
        everything = [p for p in places(tree) if p]
        if not everything:
            break
        path = everything[rng.integers(len(everything))]
        holder = tree
        for key in path[:-1]:
            holder = holder[key]
        kind = rng.integers(8)
        if kind <= 1:
            holder[path[-1]] = NUMBERS[rng.integers(len(NUMBERS))]
        elif kind == 2:
            holder[path[-1]] = NAMES[rng.integers(len(NAMES))]
        elif kind == 3:
            holder[path[-1]] = FORMS[rng.integers(len(FORMS))]
        elif kind == 4:
            del holder[path[-1]]
        elif kind == 5:
            other = tree
            for key in everything[rng.integers(len(everything))]:
                other = other[key]
            holder[path[-1]] = json.loads(json.dumps(other))
        elif kind == 6 and isinstance(holder[path[-1]], int):
            holder[path[-1]] = holder[path[-1]] * int(10 ** rng.integers(1, 14))
        else:
            deep = holder[path[-1]]
            for _ in range(int(rng.choice([1, 3, 300]))):
                deep = [deep] if rng.integers(2) else {"config": deep, "class_name": "Sequential"}
            holder[path[-1]] = deep
            return tree  # what goes through it here would not come back from deeper
    return tree


def dumped(tree):
    try:
        return json.dumps(tree)
    except RecursionError:
        return "{}"


def damaged_file(path, source, rng):
    """Write a damaged copy of a safetensors file."""
    kind = rng.integers(10)
    if kind < 3:
        path.write_bytes(change_bytes(source.read_bytes(), rng))
        return
    header, rest = parts(source)
    if kind == 3:  # the file's own header
        text = dumped(change_tree(header, rng)).encode()
        if rng.integers(8) == 0:
            text = text.replace(b'"shape"', b'"dtype"', 1) + b" "
        write(path, text, rest)
        return
    if kind == 4:  # numbers that are others, with checksums that fit
        rest = bytes(rng.integers(0, 256, len(rest), np.uint8)) if rng.integers(2) else rest[::-1]
    else:
        metadata = header["__metadata__"]
        metadata["header"] = dumped(change_tree(json.loads(metadata["header"]), rng))
    write(path, header, rest)


def damaged_index(folder, source, rng):
    """A damaged copy of an index, or one of its shards damaged."""
    shards = sorted(source.parent.glob("*.safetensors"))
    for shard in shards:
        (folder / shard.name).write_bytes(shard.read_bytes())
    path = folder / source.name
    path.write_bytes(source.read_bytes())
    kind = rng.integers(4)
    if kind == 0:
        path.write_bytes(change_bytes(source.read_bytes(), rng))
    elif kind == 1:
        path.write_text(dumped(change_tree(json.loads(source.read_text()), rng)))
    elif kind == 2:
        (folder / shards[rng.integers(len(shards))].name).unlink()
    else:
        damaged_file(folder / shards[rng.integers(len(shards))].name, shards[0], rng)
    return path


def damaged_checkpoint(path, source, rng):
    """A damaged checkpoint, half of them with a checksum that fits."""
    import hashlib

    if rng.integers(2):
        damaged_file(path, source, rng)
        return
    header, rest = parts(source)
    metadata = header["__metadata__"]
    metadata["header"] = dumped(change_tree(json.loads(metadata["header"]), rng))
    names = {
        "F32": "float32",
        "F64": "float64",
        "I32": "int32",
        "I64": "int64",
        "U32": "uint32",
        "U64": "uint64",
    }
    digest = hashlib.sha256(metadata["header"].encode())
    for name, form in sorted((n, f) for n, f in header.items() if n != "__metadata__"):
        begin, end = form["data_offsets"]
        digest.update(f"{name} {names.get(form['dtype'])} {tuple(form['shape'])}".encode() + rest[begin:end])
    metadata["sha256"] = digest.hexdigest()
    write(path, header, rest, signed=False)


def checkpoint_of(folder):
    model = od.Sequential([od.Input((2,)), L.Dense(1)])
    model.compile("adam", "mse")
    x = np.ones((8, 2), "float32")
    model.fit(x, x[:, :1], batch_size=4, epochs=2, verbose=0, checkpoint=folder)
    (path,) = CheckpointFolder(folder, keep=1).files()[:1]
    return model, x, path


def too_slow(*_):
    raise TimeoutError(f"more than {SECONDS_A_FILE} s")


FORBIDDEN = (
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.fork",
    "subprocess.Popen",
    "pickle.find_class",
    "socket.connect",
)


def watch(event, arguments, folder, done):
    """Note what no file may make a program do: run something, or open files elsewhere but Python's own."""
    if event in FORBIDDEN:
        done.append(f"{event} {arguments}")
    elif event == "open" and isinstance(arguments[0], (str, bytes)):
        path = str(arguments[0])
        # Where an error is put into words, Python looks for the lines of the program.
        if not path.startswith(str(folder)) and not path.endswith((".py", ".pyc", ".so")):
            done.append(f"open {path}")


def main(folder, seed, count):
    rng = np.random.default_rng(seed)
    od.config.run_eagerly(True)
    originals = folder / "originals"
    originals.mkdir()
    saved, kinds = [], models()
    for i, model in enumerate(kinds):
        model.save(originals / f"{i}.ondol")
        saved.append(originals / f"{i}.ondol")
        load_model(saved[-1])  # all modules are there now
    index = originals / "index.json"
    kinds[1].save(index, max_shard_size="1KB")
    learner, x, checkpoint = checkpoint_of(folder / "checkpoints")
    work = folder / "work"
    work.mkdir()

    size = (
        int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        if sys.platform == "linux"
        else 0
    )
    if size:
        resource.setrlimit(resource.RLIMIT_AS, (size + ROOM, size + ROOM))
    signal.signal(signal.SIGALRM, too_slow)
    done = []
    sys.addaudithook(lambda event, arguments: watch(event, arguments, folder, done))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    counts, bad = {}, []
    for number in range(count):
        for old in work.iterdir():
            old.unlink()
        reader = ["model", "model", "model", "weights", "index", "checkpoint"][rng.integers(6)]
        which = int(rng.integers(len(saved)))
        path = work / "damaged.ondol"
        if reader == "index":
            path = damaged_index(work, index, rng)
        elif reader == "checkpoint":
            path = work / checkpoint.name
            damaged_checkpoint(path, checkpoint, rng)
        else:
            damaged_file(path, saved[which], rng)
        outcome = "read"
        signal.alarm(SECONDS_A_FILE)
        try:
            with contextlib.redirect_stderr(io.StringIO()), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                if reader == "weights":
                    kinds[which].load_weights(path, skip_mismatch=bool(rng.integers(2)))
                elif reader == "index" and rng.integers(2):
                    kinds[1].load_weights(path)
                elif reader == "checkpoint":
                    od.random.seed(0)
                    learner.fit(
                        x, x[:, :1], batch_size=4, epochs=2, verbose=0, checkpoint=work, checkpoint_every="1h"
                    )
                else:
                    load_model(path)
        except od.errors.OndolError:
            outcome = "refused"
        except BaseException as error:
            outcome = "failed"
            said = "".join(traceback.format_exception(error))[-2500:]
            bad.append([number, reader, f"{type(error).__name__}: {str(error)[:300]}", said])
            (folder / f"bad-{number}.ondol").write_bytes(path.read_bytes())
        finally:
            signal.alarm(0)
        if done:
            bad.append([number, reader, f"it made the program do {done[:3]}", ""])
            done.clear()
        counts[f"{reader} {outcome}"] = counts.get(f"{reader} {outcome}", 0) + 1
    growth = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * (
        1 if sys.platform == "darwin" else 1024
    )
    if growth > GROWTH:
        bad.append([count, "all", f"memory grew by {growth} bytes", ""])
    print(json.dumps({"counts": counts, "growth": growth, "bad": bad[:20], "failures": len(bad)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
