# The MNIST trainer: docker build -t keratin . && docker run --rm keratin --epochs 10
# The program keratin: docker run --rm -v "$PWD:/work" --entrypoint keratin keratin summary digits.keras
FROM debian:bookworm-slim AS build
RUN apt-get update && apt-get install -y --no-install-recommends \
    g++ cmake make libopenblas-dev zlib1g-dev libxtensor-dev libxtensor-blas-dev libxsimd-dev \
    libpng-dev libjpeg-dev libhdf5-dev libzip-dev nlohmann-json3-dev libprotobuf-dev protobuf-compiler libcli11-dev
COPY . /keratin
RUN cmake -S /keratin -B /build -DCMAKE_BUILD_TYPE=Release -DCMAKE_UNITY_BUILD=ON -DBUILD_SHARED_LIBS=ON \
    -DKERATIN_IMAGES=ON -DKERATIN_KERAS_FILES=ON -DKERATIN_ONNX=ON -DKERATIN_BUILD_APPS=ON -DKERATIN_BUILD_TESTS=OFF && \
    cmake --build /build --parallel "$(nproc)" --target keratin mnist_train losses_tour keratin_cli && \
    cmake --install /build --prefix /opt/keratin --strip

FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends \
    libopenblas0 zlib1g libpng16-16 libjpeg62-turbo libhdf5-103-1 libzip4 libprotobuf-lite32 gnuplot-nox && \
    rm -rf /var/lib/apt/lists/*
COPY --from=build /opt/keratin /opt/keratin
ENV PATH=/opt/keratin/bin:$PATH
WORKDIR /work
ENTRYPOINT ["mnist_train"]
