"""Writes tests/keras_files: files of Keras and h5py that the readers of tests/test_keras_files.cpp are held to."""

import zipfile

from recording import FOLDER, keras, np

import h5py

FILES = FOLDER.parent / "keras_files"
FILES.mkdir(exist_ok=True)

# A model of Keras in the midst of its training. Its weights are also written from arrays, for a comparison of the bytes.
model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(2, name="first"),
                          keras.layers.BatchNormalization(), keras.layers.Dense(1, name="last")], name="small")
model.compile("adam", "mse")
x = np.arange(12, dtype="float32").reshape(4, 3) / 8
model.train_on_batch(x, x[:, :1])
for index, weight in enumerate(model.variables):
    weight.assign((np.arange(np.prod(weight.shape)).reshape(weight.shape) + index) / 4)
for index, variable in enumerate(model.optimizer.variables[2:]):
    variable.assign((np.arange(np.prod(variable.shape)).reshape(variable.shape) + index) / 8)
model.optimizer.learning_rate = 0.25
model.save(FILES / "small.keras")

# The same members, packed in the ways that zip archives know.
with zipfile.ZipFile(FILES / "small.keras") as archive:
    members = {name: archive.read(name) for name in archive.namelist()}
members["metadata.json"] = b'{"keras_version": "3.15.1", "date_saved": "2026-11-27@12:00:00"}'
for name, method in {"small": zipfile.ZIP_STORED, "deflated": zipfile.ZIP_DEFLATED}.items():
    with zipfile.ZipFile(FILES / f"{name}.keras", "w", method) as archive:
        for member, contents in members.items():
            archive.writestr(zipfile.ZipInfo(member), contents, method)

# Every kind of array that is read, and some that are not.
values = np.array([[0, 1, -2], [100, 3, 7]])
with h5py.File(FILES / "kinds.h5", "w") as file:
    kinds = file.create_group("kinds")
    for kind in ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"]:
        for order in "<>" if kind[1] != "1" else "<":
            kinds["be_" * (order == ">") + kind] = np.abs(values).astype(order + kind)
    kinds["special"] = np.array([np.nan, np.inf, -np.inf, 1e300, 1e-45, 5e-324, 0.1, -0.0], "f8")
    kinds["half_special"] = np.array([np.nan, np.inf, -np.inf, 6e-8, 65504, 0.1, -0.0], "f2")
    kinds["scalar"] = np.int64(-7)
    kinds["integral"] = np.float32(3)
    kinds["fraction"] = np.float32(2.5)
    kinds["nothing"] = np.zeros((0, 4), "f4")
    kinds["never_written"] = h5py.Empty("f4")
    packed = file.create_group("packed")
    packed.create_dataset("gzip", data=values.astype("f4"), chunks=(2, 2), compression="gzip", shuffle=True, fletcher32=True)
    packed.create_dataset("lzf", data=values.astype("f4"), chunks=(2, 2), compression="lzf")
    refused = file.create_group("refused")
    refused["soft"] = h5py.SoftLink("/kinds/f4")
    refused["external"] = h5py.ExternalLink("other.h5", "/kinds/f4")
    refused["text"] = "text"
    refused["bool"] = np.array([True, False])
    refused["complex"] = np.array([1j])
    refused["rank9"] = np.zeros([1] * 9, "f4")
    refused.create_dataset("elsewhere", (4,), "f4", external=[("/etc/passwd", 0, 16)])
    layout = h5py.VirtualLayout((2, 3), "f4")
    layout[:] = h5py.VirtualSource(".", "/kinds/f4", (2, 3))
    refused.create_virtual_dataset("virtual", layout)
    refused.create_dataset("chunk_bomb", (2, 3), "f4", chunks=(1 << 13, 1 << 13), maxshape=(None, None), compression="gzip")
    refused.create_dataset("huge", (1 << 40,), "f4", chunks=(1024,))
    refused.create_dataset("sparse", (1 << 13, 1 << 13), "f4")

# Texts in attributes.
with h5py.File(FILES / "texts.h5", "w") as file:
    file.attrs["ascii"] = b"some text"
    file.attrs["utf8"] = "grüße"
    file.attrs["fixed"] = np.bytes_(b"fixed")
    file.attrs["list"] = [b"one", b"", b"three"]
    file.attrs["fixed_list"] = np.array([b"one", b"", b"three"], "S5")
    file.attrs["empty_list"] = []
    file.attrs["empty"] = ""
    file.attrs["numbers"] = [1, 2]
    file["soft"] = h5py.SoftLink("/")
    names = [f"weight_{index:02}_{'x' * 50}".encode() for index in range(25)]
    group = file.create_group("group")
    for part, some in enumerate(np.array_split(names, 3)):  # as Keras splits what is larger than 64512 bytes
        group.attrs[f"split{part}"] = some
