"""Writes tests/fuzz/seeds/{hdf5,keras,legacy}: the smallest files with the features of larger ones."""

import zipfile

from recording import FOLDER, keras, np

import h5py

SEEDS = FOLDER.parent / "fuzz" / "seeds"
kernel = np.arange(6, dtype="f4").reshape(3, 2)


def write_weights(name, libver, kind, **stored):
    with h5py.File(SEEDS / "hdf5" / name, "w", libver=libver) as file:
        dense = file.create_group("layers/dense/vars")
        dense.create_dataset("0", data=kernel.astype(kind), **stored)
        dense["1"] = np.zeros(2, "f4")
        optimizer = file.create_group("optimizer/vars")
        optimizer["0"] = np.int64(3)
        optimizer["1"] = np.float32(0.5)
        optimizer["2"] = h5py.SoftLink("/layers/dense/vars/0")


write_weights("earliest.h5", "earliest", "f4")
write_weights("latest.h5", "latest", ">f8")
write_weights("packed.h5", "earliest", "i2", chunks=(2, 2), compression="gzip", shuffle=True, fletcher32=True)
write_weights("packed_latest.h5", "latest", "f2", chunks=(2, 2), maxshape=(None, None), compression="gzip")

weights = (SEEDS / "hdf5" / "earliest.h5").read_bytes()
for name, method in {"stored": zipfile.ZIP_STORED, "deflated": zipfile.ZIP_DEFLATED, "lzma": zipfile.ZIP_LZMA}.items():
    with zipfile.ZipFile(SEEDS / "keras" / f"{name}.keras", "w", method) as archive:
        for member, contents in {"metadata.json": b"{}", "config.json": b'{"class_name": "Sequential"}', "model.weights.h5": weights}.items():
            archive.writestr(zipfile.ZipInfo(member), contents, method)

model = keras.Sequential([keras.layers.Input((1,)), keras.layers.Dense(1)])
model.compile("sgd", "mse")
model.save(SEEDS / "legacy" / "keras3.h5")
with h5py.File(SEEDS / "legacy" / "fixed.h5", "w") as file:
    file.attrs["model_config"] = np.bytes_(b"{}")
    group = file.create_group("model_weights")
    group.attrs["layer_names"] = np.array([b"dense"])
    dense = group.create_group("dense")
    dense.attrs["weight_names"] = np.array([b"kernel:0", b"bias:0"])
    dense["kernel:0"] = kernel
    dense["bias:0"] = np.zeros(2, "f4")
