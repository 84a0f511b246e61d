"""data.txt: what keras.utils makes of arrays and pictures; the pictures themselves, in tests/images; and arrays as
NumPy writes them, in tests/arrays."""

import shutil

from recording import FOLDER, Numbers, Recorder, keras, np, tf

IMAGES, ARRAYS = FOLDER.parent / "images", FOLDER.parent / "arrays"


def write_images():
    """A few small pictures of every kind, written by Pillow (which is no part of what is recorded)."""
    from PIL import Image

    shutil.rmtree(IMAGES, ignore_errors=True)
    random = np.random.RandomState(5)

    def smooth(height, width, channels):
        raw = random.randint(0, 256, (3, 4, channels)).astype(np.float32)
        layers = [Image.fromarray(raw[..., c]).resize((width, height), Image.BICUBIC) for c in range(channels)]
        return np.clip(np.stack([np.asarray(layer) for layer in layers], -1), 0, 255).astype(np.uint8)

    def save(path, array, mode=None, **options):
        path = IMAGES / path
        path.parent.mkdir(parents=True, exist_ok=True)
        image = array if isinstance(array, Image.Image) else Image.fromarray(array, mode)
        image.save(path, **options)

    save("cats/rgb.png", smooth(13, 17, 3))
    save("cats/gray.png", smooth(11, 8, 1)[..., 0])
    save("cats/rgba.png", smooth(9, 12, 4))
    save("dogs/palette.png", Image.fromarray(smooth(10, 10, 3)).quantize(16))
    save("dogs/bits.png", Image.fromarray(smooth(12, 9, 1)[..., 0]).convert("1"))
    save("dogs/colour.jpg", smooth(16, 21, 3), quality=85)
    save("dogs/gray.jpeg", smooth(15, 15, 1)[..., 0], quality=70)
    save("dogs/progressive.JPG", smooth(24, 18, 3), quality=60, progressive=True)
    wide = (smooth(7, 9, 1)[..., 0].astype(np.uint16) << 8) + 77
    save("cats/deeper/sixteen.png", Image.fromarray(wide))


def write_arrays():
    """(3, 4) arrays of every type, of values i - 5, with the array's smallest and largest value at the end."""
    shutil.rmtree(ARRAYS, ignore_errors=True)
    ARRAYS.mkdir()
    kinds = {}
    for code in ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "f2", "f4", "f8", ">i2", ">i4", ">f4", ">f8"):
        info = np.iinfo(code) if "f" not in code else np.finfo(code)
        first = -5 if np.dtype(code).kind != "u" else 0
        values = np.arange(first, first + 12).astype(code)
        values[-2:] = info.min, info.max
        kinds[code.replace(">", "big_")] = values.reshape(3, 4)
    kinds["bool"] = np.array([True, False, True])
    kinds["scalar"] = np.float32(2.5)
    kinds["empty"] = np.zeros((0, 3), np.float32)
    kinds["halves"] = np.array([0.1, -6e-8, np.inf, 65504, 1e-5], np.float16)
    kinds["fortran"] = np.asfortranarray(np.arange(24, dtype=np.int32).reshape(2, 3, 4))
    np.savez(ARRAYS / "kinds.npz", **kinds)
    rows = np.arange(600, dtype=np.float32).reshape(100, 2, 3)
    np.savez_compressed(ARRAYS / "packed.npz", x=rows, y=np.arange(100, dtype=np.uint8))
    for version in (1, 2, 3):
        with open(ARRAYS / f"version{version}.npy", "wb") as file:
            np.lib.format.write_array(file, np.arange(6, dtype=np.int64).reshape(2, 3), version=(version, 0))
    np.save(ARRAYS / "pickled.npy", np.array([{}, 1], dtype=object))
    np.save(ARRAYS / "words.npy", np.array(["a", "bc"]))
    np.save(ARRAYS / "complex.npy", np.array([1j]))
    np.save(ARRAYS / "records.npy", np.zeros(2, [("a", "f4"), ("b", "i4")]))


def normalize(recorder, numbers):
    x = numbers.normal(4, 3, 5)
    x[1] = 0
    for axis in (-1, 1):
        for order in (1, 2, 3, 0.5, np.inf):
            recorder.case(f"normalize_{axis}_{order}", fn="normalize", axis=axis, order=order)
            recorder.tensors(x=x, y=keras.utils.normalize(x, axis=axis, order=order))


def to_categorical(recorder, numbers):
    for name, shape, classes in [("ids", (6,), None), ("column", (5, 1), 7), ("matrix", (2, 3), 4)]:
        x = numbers.labels(*shape, classes=4)
        recorder.case(f"to_categorical_{name}", fn="to_categorical", num_classes=classes or 0)
        recorder.tensors(x=x, y=keras.utils.to_categorical(x, classes))


def timeseries(recorder, numbers):
    data, targets = numbers.normal(23, 2), numbers.normal(23)
    runs = [
        dict(sequence_length=4),
        dict(sequence_length=3, sequence_stride=2, batch_size=3),
        dict(sequence_length=5, sampling_rate=2, batch_size=4),
        dict(sequence_length=3, sequence_stride=3, sampling_rate=2, batch_size=2, start_index=4, end_index=20),
        dict(sequence_length=4, batch_size=None, start_index=1),
        dict(sequence_length=23),
    ]
    for i, options in enumerate(runs):
        for rows in (None, 23, 12):
            if rows == 12 and "start_index" in options:
                continue  # TensorFlow reads behind the end of targets
            dataset = keras.utils.timeseries_dataset_from_array(
                data, None if rows is None else targets[:rows], **options)
            batches = [batch if rows else (batch,) for batch in dataset]
            join = np.stack if options.get("batch_size", 128) is None else np.concatenate
            recorder.case(f"timeseries_{i}_{rows}", fn="timeseries", batches=len(batches), **options)
            recorder.tensors(data=data, x=join([batch[0].numpy() for batch in batches]))
            if rows:
                recorder.tensors(targets=targets[:rows], y=join([batch[1].numpy() for batch in batches]))


def resize(recorder, numbers):
    methods = ["bilinear", "nearest", "bicubic", "area", "lanczos3", "lanczos5", "gaussian", "mitchellcubic"]
    sizes = [(5, 7), (12, 9), (3, 16), (1, 1)]
    image = np.round(numbers.uniform(8, 11, 2, high=255)).astype(np.uint8)
    for method in methods:
        for height, width in sizes:
            recorder.case(f"resize_{method}_{height}x{width}", fn="resize", method=method, fit="stretch",
                          height=height, width=width)
            recorder.tensors(x=image, y=tf.cast(tf.image.resize(image, (height, width), method=method), "float32"))
    for height, width in [(6, 6), (9, 4), (4, 20), (16, 16)]:
        recorder.case(f"resize_pad_{height}x{width}", fn="resize", method="bilinear", fit="pad", height=height, width=width)
        recorder.tensors(x=image, y=tf.image.resize_with_pad(image, height, width, method="bilinear"))


def images(recorder):
    runs = {
        "rgb": dict(color_mode="rgb"), "grayscale": dict(color_mode="grayscale"),
        "crop": dict(crop_to_aspect_ratio=True), "pad": dict(pad_to_aspect_ratio=True, interpolation="nearest"),
        "cats_rgba": dict(color_mode="rgba", class_names=["cats"]), "categorical": dict(label_mode="categorical"),
        "binary": dict(label_mode="binary", class_names=["dogs", "cats"]), "unlabelled": dict(labels=None),
        "validation": dict(validation_split=0.4, subset="validation"),
        "training": dict(validation_split=0.4, subset="training"),
    }
    for name, options in runs.items():
        dataset = keras.utils.image_dataset_from_directory(
            str(IMAGES), image_size=(6, 8), batch_size=4, shuffle=False, verbose=False, **options)
        batches = [batch if isinstance(batch, tuple) else (batch,) for batch in dataset]
        recorder.case(f"images_{name}", fn="images", batches=len(batches))
        recorder.tensors(x=np.concatenate([batch[0].numpy() for batch in batches]))
        if len(batches[0]) > 1:
            recorder.tensors(y=np.concatenate([batch[1].numpy() for batch in batches]))


def main():
    write_images()
    write_arrays()
    recorder, numbers = Recorder("data"), Numbers(17)
    normalize(recorder, numbers)
    to_categorical(recorder, numbers)
    timeseries(recorder, numbers)
    resize(recorder, numbers)
    images(recorder)
    recorder.save()


if __name__ == "__main__":
    main()
