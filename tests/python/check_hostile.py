"""Whether damaged and hostile files are refused: python check_hostile.py LOAD_FILE

LOAD_FILE is the program of load_file.cpp. Files that real Keras wrote are changed in some hundred ways. Each has to be refused with a
message, without a crash, within ten seconds and 100 MiB. Exits with 77 where Keras or h5py is missing.
"""

import json
import os
import pathlib
import random
import struct
import subprocess
import sys
import tempfile
import warnings
import zipfile

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
try:
    import h5py
    import keras
    import numpy as np
except ImportError as missing:
    print(f"skipped: {missing}. Install keras, tensorflow-cpu, h5py and numpy")
    sys.exit(77)

MOST_MEMORY = 100  # MiB
SECONDS = 10
FOLDER = pathlib.Path(tempfile.mkdtemp())
KERNEL = "layers/dense/vars/0"


def write(name, contents):
    (FOLDER / name).write_bytes(contents)


def archive(name, members, compression=zipfile.ZIP_STORED):
    with warnings.catch_warnings(), zipfile.ZipFile(FOLDER / f"{name}.keras", "w", compression) as file:
        warnings.simplefilter("ignore")  # of two members with one name
        for member, contents in members:
            file.writestr(member, contents)


model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="relu", name="a"), keras.layers.Dense(2, name="b")])
model.compile("adam", "mse")
model.fit(np.zeros((8, 4)), np.zeros((8, 2)), verbose=0)
with tempfile.TemporaryDirectory() as made:
    model.save(f"{made}/m.keras")
    WHOLE = pathlib.Path(f"{made}/m.keras").read_bytes()
    with zipfile.ZipFile(f"{made}/m.keras") as saved:
        MEMBERS = {member: saved.read(member) for member in saved.namelist()}
    model.save(f"{made}/m.h5")
    LEGACY = pathlib.Path(f"{made}/m.h5").read_bytes()
CONFIG = json.loads(MEMBERS["config.json"])
WEIGHTS = MEMBERS["model.weights.h5"]


# ---- Archives


def changed(**members):
    return list((MEMBERS | {member.replace("__", "."): contents for member, contents in members.items()}).items())


write("empty.keras", b"")
write("text.keras", b"hello")
write("zeros.keras", b"\0" * 5000)
write("cut.keras", WHOLE[: len(WHOLE) // 2])
write("no_members.keras", b"PK\5\6" + b"\0" * 18)
write("huge_list.keras", WHOLE[:-22] + b"PK\5\6\0\0\0\0\xff\xff\xff\xff" + struct.pack("<II", 0xFFFFFFF0, 10) + b"\0\0")
damaged = bytearray(WHOLE)
damaged[WHOLE.find(WEIGHTS[:64]) + 5000] ^= 0xFF
write("checksum.keras", bytes(damaged))
for member in ("config.json", "model.weights.h5"):
    archive(f"without_{member}", [each for each in MEMBERS.items() if each[0] != member])
archive("bomb_config", changed(config__json=b" " * (1 << 27) + MEMBERS["config.json"]), zipfile.ZIP_DEFLATED)
archive("bomb_metadata", changed(metadata__json=b"[" * (1 << 24)), zipfile.ZIP_DEFLATED)
archive("bomb_weights", list(MEMBERS.items())[:2] + [("model.weights.h5", WEIGHTS + b"\0" * (1 << 28))], zipfile.ZIP_DEFLATED)
archive("two_of_one_name", [*MEMBERS.items(), ("config.json", b"{}")])
archive("leads_out", [*MEMBERS.items(), ("../../evil", b"")])
archive("absolute", [*MEMBERS.items(), ("/etc/evil", b"")])
archive("many_members", [*MEMBERS.items(), *((f"x{i}", b"") for i in range(20000))])


# ---- Descriptions


def config(name, contents):
    archive(name, changed(config__json=contents))


def with_value(name, path, value):
    description = json.loads(MEMBERS["config.json"])
    at = description
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    config(name, json.dumps(description))


DENSE = ("config", "layers", 1, "config")
for name, text in {
    "deep": "[" * 100000 + "]" * 100000,
    "deep_objects": '{"a":' * 50000 + "1" + "}" * 50000,
    "broken": "{not json",
    "null": "null",
    "list": "[]",
    "nothing": "{}",
    "number": "12",
    "nan": '{"class_name": NaN}',
    "utf8": b'{"class_name": "\xff\xfe"}',
    "key_twice": json.dumps(CONFIG)[:-1] + ',"class_name":"Functional"}',
    "more_behind": json.dumps(CONFIG) + "more",
    "many_layers": '{"class_name": "Sequential", "config": {"name": "m", "layers": [' + "{}," * 300000 + "{}]}}",
    "nested": '{"class_name":"Sequential","config":{"name":"s","layers":[' * 3000 + "]}}" * 3000,
}.items():
    config(f"json_{name}", text)
for i, units in enumerate((-1, 0, 2**31, 2**62, 3.5, 3.0, "3", None, [3], True)):
    with_value(f"units_{i}", (*DENSE, "units"), units)
for i, shape in enumerate(([None, -4], [None, 2**40], [None] + [1] * 100000, "abc", [None, None], 7)):
    with_value(f"input_{i}", ("config", "layers", 0, "config", "batch_shape"), shape)
for i, name in enumerate(("../../../etc", "a/b", "a\0b", "\x1b[31m", "a" * 10**6, "b")):
    with_value(f"name_{i}", (*DENSE, "name"), name)
system = {"module": "os", "class_name": "function", "config": "system", "registered_name": "function"}
for i, activation in enumerate(("os.system", system)):
    with_value(f"activation_{i}", (*DENSE, "activation"), activation)
with_value("regularizer", (*DENSE, "kernel_regularizer"), {"module": "keras.regularizers", "class_name": "L2", "config": {"l2": "x"}})
with_value("initializer", (*DENSE, "kernel_initializer"), {"module": "keras.initializers", "class_name": "Evil", "config": {}})
with_value("optimizer", ("compile_config", "optimizer"), "evil")
with_value("loss", ("compile_config", "loss"), {"class_name": "function", "config": "eval", "module": "builtins"})
with_value("layers", ("config", "layers"), {})
for name, options in {
    "Lambda": {"function": {"class_name": "__lambda__", "config": {"code": "4wEA"}}},
    "TFSMLayer": {"filepath": "/etc/passwd"},
    "Popen": {"args": ["touch", "/tmp/evil"]},
    "Embedding": {"input_dim": 2**40, "output_dim": 2**20},
    "CategoryEncoding": {"num_tokens": 2**31 - 1},
    "Conv2D": {"filters": 2**31 - 1, "kernel_size": [2**20, 2**20]},
    "Reshape": {"target_shape": [-1, -1]},
    "Permute": {"dims": [5, 5]},
    "Cropping1D": {"cropping": [100, 100]},
    "MaxPooling1D": {"pool_size": 0},
    "Dropout": {"rate": 5.0},
    "Discretization": {"num_bins": 2**40},
}.items():
    with_value(f"layer_{name}", ("config", "layers", 1), {"module": "keras.layers", "class_name": name, "config": {"name": "l", **options}})


# ---- Weights


def weights(name, change):
    path = FOLDER / f"{name}.weights.h5"
    path.write_bytes(WEIGHTS)
    with h5py.File(path, "r+") as file:
        change(file)
    archive(name, changed(model__weights__h5=path.read_bytes()))


def kernel(name, make):
    def change(file):
        del file[KERNEL]
        make(file)

    weights(name, change)


def virtual(file):
    layout = h5py.VirtualLayout((4, 3), dtype="f4")
    layout[:] = h5py.VirtualSource("/tmp/other.h5", KERNEL, (4, 3))
    file.create_virtual_dataset(KERNEL, layout)


floats = lambda values: lambda file: file.create_dataset(KERNEL, data=np.asarray(values, "f4"))
sized = lambda *shape, **options: lambda file: file.create_dataset(KERNEL, shape=shape, dtype="f4", **options)
linked = lambda link: lambda file: file.__setitem__(KERNEL, link)
kernel("missing", lambda file: None)
kernel("group", lambda file: file.create_group(KERNEL))
kernel("shape", floats(np.zeros((5, 3))))
kernel("scalar", floats(1))
kernel("not_finite", floats(np.full((4, 3), np.nan)))
kernel("no_shape", lambda file: file.create_dataset(KERNEL, data=h5py.Empty("f4")))
kernel("many_axes", sized(*(1,) * 32))
kernel("huge", sized(2**20, 2**20, chunks=(1024, 1024)))
kernel("huge_whole", sized(2**20, 2**16))
kernel("huge_pieces", sized(4, 3, maxshape=(None, None), chunks=(2**14, 2**14)))
kernel("texts", lambda file: file.create_dataset(KERNEL, data=np.array([[b"abc"] * 3] * 4)))
kernel("long_texts", lambda file: file.create_dataset(KERNEL, data=np.array([["abc"] * 3] * 4, object), dtype=h5py.string_dtype()))
kernel("structs", lambda file: file.create_dataset(KERNEL, data=np.zeros((4, 3), [("a", "f4"), ("b", "i4")])))
kernel("other_file", sized(4, 3, external=[("/etc/passwd", 0, 48)]))
kernel("external_link", linked(h5py.ExternalLink("/etc/hostname", "/x")))
kernel("soft_link", linked(h5py.SoftLink("/layers/dense_1/vars/0")))
kernel("link_to_itself", linked(h5py.SoftLink("/" + KERNEL)))
kernel("virtual", virtual)
write("cut.weights.h5", WEIGHTS[:3000])
write("empty.weights.h5", b"")
write("signature.weights.h5", WEIGHTS[:8])


# ---- Legacy files


def legacy(name, change):
    path = FOLDER / f"{name}.h5"
    path.write_bytes(LEGACY)
    with h5py.File(path, "r+") as file:
        change(file)


def legacy_config(name, text):
    legacy(name, lambda file: file.attrs.__setitem__("model_config", text))


legacy("no_config", lambda file: file.attrs.__delitem__("model_config"))
legacy("no_weights", lambda file: file.__delitem__("model_weights"))
legacy("names_missing", lambda file: file["model_weights"].attrs.__delitem__("layer_names"))
for i, names in enumerate(([b"x", b"y"], [b"../../..", b"/etc"], [1, 2], np.array([b"a" * 60000]))):
    legacy(f"layer_names_{i}", lambda file: file["model_weights"].attrs.__setitem__("layer_names", names))
legacy("weight_names", lambda file: file["model_weights/a"].attrs.__setitem__("weight_names", [b"../b/b/kernel", b"/optimizer_weights"]))
for i, text in enumerate((3, np.zeros(1000), "{", "[" * 60000, '{"a":"' + "x" * 60000 + '"}')):
    legacy_config(f"model_config_{i}", text)
legacy("training_config", lambda file: file.attrs.__setitem__("training_config", "{"))
write("cut.h5", LEGACY[:5000])
write("text.h5", b"hello")


# ---- Other formats


def safetensors(name, header, data=b"\0" * 48, length=None):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    write(f"{name}.safetensors", struct.pack("<Q", len(text) if length is None else length) + text + data)


entry = lambda shape=(4, 3), offsets=(0, 48), dtype="F32": {"dtype": dtype, "shape": shape, "data_offsets": offsets}
good = {"a/kernel": entry()}
safetensors("length_huge", good, length=2**63)
safetensors("length_large", good, length=10**9)
safetensors("short", good, b"\0" * 10)
safetensors("long", good, b"\0" * 100)
safetensors("overlap", {**good, "b": entry()})
safetensors("key_twice", b'{"a":' + json.dumps(entry()).encode() + b',"a":' + json.dumps(entry()).encode() + b"}")
for i, wrong in enumerate((entry((-4, 3)), entry((2**33, 2**33)), entry((2,), (40, 48)), entry(dtype="F99"), entry(offsets=(48, 0)), entry((4.0, 3)), "b")):
    safetensors(f"entry_{i}", {"a": wrong})
for i, header in enumerate((b"[" * 100000, b"null", b'{"\xff":1}', {"__metadata__": {"a": {"b": 1}}, **good})):
    safetensors(f"header_{i}", header)
write("empty.safetensors", b"")
write("seven.safetensors", b"\0" * 7)

for i, header in enumerate(
    (
        "{'descr':'<f4','fortran_order':False,'shape':(1099511627776,)}",
        "{'descr':'<f4','fortran_order':False,'shape':(4294967296,4294967296)}",
        "{'descr':'|O','fortran_order':False,'shape':(1,)}",
        "{'descr':'<f4','fortran_order':False,'shape':(-1,)}",
        "{'descr':'<f4','fortran_order':False,'shape':(" + "1," * 20000 + ")}",
        "{'descr':[('a','<f4')],'fortran_order':False,'shape':(1,)}",
        "{'descr':'<f4','fortran_order':False,'shape':(100,)}",
        "__import__('os').system('touch /tmp/evil')",
    )
):
    write(f"header_{i}.npy", b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header.encode() + b"\0" * 48)
for ending in ("onnx", "npy"):
    write(f"text.{ending}", b"hello world")
    write(f"empty.{ending}", b"")


# ---- Any bytes: these may load, if what was changed does not matter.
may_load = set()
for ending, contents in (("weights.h5", WEIGHTS), ("h5", LEGACY), ("keras", WHOLE)):
    for seed in range(20):
        dice, mutant = random.Random(seed), bytearray(contents)
        for _ in range(20):
            mutant[dice.randrange(len(mutant))] = dice.randrange(256)
        may_load.add(f"mutant_{seed}.{ending}")
        write(f"mutant_{seed}.{ending}", bytes(mutant))


def faults_of(path):
    try:
        done = subprocess.run([sys.argv[1], path], capture_output=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return f"not done after {SECONDS} s"
    if done.returncode not in (0, 1):
        return f"ended with {done.returncode}: {done.stderr.decode(errors='replace')[-300:]}"
    said = done.stdout.decode(errors="replace").splitlines()
    if done.returncode == 0 and path.name not in may_load:
        return "loads"
    if int(said[-1]) > MOST_MEMORY:
        return f"took {said[-1]} MiB"
    return "no message" if done.returncode == 1 and len(said[0]) < 20 else None


files = sorted(FOLDER.iterdir())
faults = {path.name: fault for path in files if (fault := faults_of(path))}
for name, fault in faults.items():
    print(f"{name}: {fault}")
for path in files:
    path.unlink()
FOLDER.rmdir()
print(f"{len(files)} files, {len(faults)} not refused as they should be")
sys.exit(bool(faults))
