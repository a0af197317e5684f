# keras_gan on an NVIDIA GPU: CUDA and cuDNN come as packages of pip, the driver from the host (nvidia-container-toolkit).
#
#   docker build -t keras_gan .
#   docker run --rm --gpus all -v "$PWD/runs:/data/runs" keras_gan train
#
# Not built by the tests: no Docker engine is at hand there.
FROM python:3.12-slim-bookworm
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY keras_gan keras_gan
COPY saved_models saved_models
RUN pip install --no-cache-dir '.[gpu,onnx,tfds]'
WORKDIR /data
ENTRYPOINT ["keras-gan"]
CMD ["doctor"]
