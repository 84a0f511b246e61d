"""denormals.txt: ops and optimizers whose numbers come close to 0. TensorFlow takes denormal numbers for 0."""

from recording import Recorder, keras, np, tf

X = np.array([1e-40, 3e-38, 1e-20, 2, -1e-40, -3e-38, 1.3e-38, 87.5], np.float32)
Y = np.array([0.5, 0.25, 1e-20, 1, 1e20, 0.5, 0.9, 1], np.float32)

OPS = {
    "multiply": lambda x, y: x * y,
    "add": lambda x, y: x + x,
    "subtract": lambda x, y: x - tf.constant(1.2e-38),
    "exp": lambda x, y: tf.exp(-x),
    "square": lambda x, y: tf.square(x),
}

STEPS = 100
OPTIMIZERS = [("sgd", {"momentum": 0.9}), ("rmsprop", {"learning_rate": 1e-2, "momentum": 0.9})]


def main():
    recorder = Recorder("denormals")
    for op, function in OPS.items():
        recorder.case(op, op=op)
        recorder.tensors(x=X, y=Y, result=function(tf.constant(X), tf.constant(Y)).numpy())
    for optimizer, options in OPTIMIZERS:
        recorder.case(optimizer, optimizer=optimizer, steps=STEPS, **options)
        variable = keras.Variable(np.zeros(3, np.float32))
        made = keras.optimizers.get({"class_name": optimizer, "config": dict(options)})
        gradient = np.array([1e-35, -2e-36, 3e-36], np.float32)
        recorder.tensor("gradient", gradient)   # of the first step; those of all others are 0
        values = []
        for step in range(STEPS):
            made.apply([tf.constant(gradient if step == 0 else np.zeros(3, np.float32))], [variable])
            if (step + 1) % 10 == 0:
                values.append(variable.numpy())
        recorder.tensor("values", np.stack(values))   # after every tenth step
    recorder.save()


if __name__ == "__main__":
    main()
