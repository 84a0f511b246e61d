# The MNIST trainer: docker build -t keratin . && docker run --rm keratin --epochs 10
FROM debian:bookworm-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends \
    g++ cmake make libopenblas-dev zlib1g-dev libxtensor-dev libxtensor-blas-dev libxsimd-dev \
    libhdf5-dev libzip-dev nlohmann-json3-dev libcli11-dev
COPY . /keratin
RUN cmake -S /keratin -B /build -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=ON -DKERATIN_BUILD_APPS=ON -DKERATIN_BUILD_TESTS=OFF && \
    cmake --build /build --parallel "$(nproc)" && \
    cmake --install /build --prefix /opt/keratin --strip

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends \
    libopenblas0 zlib1g libhdf5-103-1 libzip4 gnuplot-nox && rm -rf /var/lib/apt/lists/*
COPY --from=build /opt/keratin /opt/keratin
WORKDIR /work
ENTRYPOINT ["/opt/keratin/bin/mnist_train"]
