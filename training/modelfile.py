"""Writes model files: safetensors with the `tessera` metadata of docs/model-file.md."""
import json
import pathlib
import struct

import numpy as np
import torch

GROUP = 32  # weights of a row that share a scale
TYPES = {"int8": "I8", "float16": "F16", "float32": "F32", "float64": "F64", "int64": "I64", "uint8": "U8"}


def write_safetensors(path, arrays, metadata=None):
    """arrays: name -> numpy array. Wide types first, so that every array is aligned."""
    header, offset = {}, 0
    if metadata:
        header["__metadata__"] = metadata
    order = sorted(arrays, key=lambda n: (-arrays[n].dtype.itemsize, n))
    blobs = []
    for name in order:
        array = np.ascontiguousarray(arrays[name])
        blobs.append(array.tobytes())
        header[name] = {"dtype": TYPES[array.dtype.name], "shape": list(arrays[name].shape),
                        "data_offsets": [offset, offset + len(blobs[-1])]}
        offset += len(blobs[-1])
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text + b"".join(blobs))


def read_safetensors(path):
    """(arrays, metadata) of a file written by the above."""
    with open(path, "rb") as source:
        header = json.loads(source.read(struct.unpack("<Q", source.read(8))[0]))
        data = source.read()
    names = {v: k for k, v in TYPES.items()}
    metadata = header.pop("__metadata__", {})
    arrays = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        arrays[name] = np.frombuffer(data[start:end], names[entry["dtype"]]).reshape(entry["shape"])
    return arrays, metadata


def model_arrays(tokenizer, transformer, dtype):
    """The tensors of a `fill` model by their names in the file."""
    arrays = {}
    for prefix, model in (("first_stage_model.", tokenizer), ("transformer.", transformer)):
        for name, tensor in model.state_dict().items():
            if name not in ("quantize.counts", "quantize.sums"):
                arrays[prefix + name] = tensor.detach().cpu().contiguous().numpy().astype(dtype)
    return arrays


def quantised(weight):
    """A matrix (out, in) as int8 and scales of GROUP weights of a row, binary16 (out, in / GROUP)."""
    groups = weight.astype(np.float32).reshape(len(weight), -1, GROUP)
    scale = (np.abs(groups).max(2) / 127).astype(np.float16)
    steps = np.maximum(scale.astype(np.float32), 2.0 ** -24)[:, :, None]
    return np.clip(np.rint(groups / steps), -127, 127).astype(np.int8).reshape(weight.shape), scale


def with_int8(arrays):
    """The same tensors, with the blocks' and the head's matrices as int8 and scales."""
    result = {}
    for name, array in arrays.items():
        inner = name.startswith(("transformer.blocks.", "transformer.head."))
        if inner and array.ndim == 2 and array.shape[1] % GROUP == 0:
            result[name], result[name + ".scale"] = quantised(array)
        else:
            result[name] = array
    return result


def label_colors(labels, path=pathlib.Path(__file__).parents[1] / "data/labels.json"):
    """The colours of data/labels.json by the labels' names; None where it does not know one of them."""
    known = {label["name"]: label["color"] for label in json.loads(path.read_text())["labels"]}
    return [known[name] for name in labels] if set(labels) <= set(known) else None


def write_model(path, tokenizer, transformer, labels, dtype=np.float16, int8=False, **texts):
    """texts: name, source, licence."""
    arrays = model_arrays(tokenizer, transformer, dtype)
    broken = [n for n, a in arrays.items() if not np.isfinite(a).all()]
    if broken:
        raise SystemExit(f"Tensor {broken[0]} holds a value that is not finite.")
    arrays = with_int8(arrays) if int8 else arrays
    schema = {"version": 1, "kind": "fill", **texts, "vqgan": tokenizer.shape.schema(),
              "transformer": transformer.shape.schema(), "labels": labels}
    if labels and label_colors(labels):
        schema["label_colors"] = label_colors(labels)
    write_safetensors(path, arrays, {"format": "tessera", "tessera": json.dumps(schema)})
    return len(arrays)


def read_nets(path):
    """(tokenizer's shape and weights, transformer's shape and weights, labels) of a model file."""
    arrays, metadata = read_safetensors(path)
    schema = json.loads(metadata["tessera"])

    def under(prefix):
        return {n[len(prefix):]: torch.from_numpy(a.astype(np.float32))
                for n, a in arrays.items() if n.startswith(prefix)}
    return (schema["vqgan"], under("first_stage_model."), schema["transformer"],
            under("transformer."), schema["labels"])
