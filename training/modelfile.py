"""Writes model files: safetensors with the `tessera` metadata of docs/model-file.md."""
import json
import pathlib
import struct

import numpy as np

TYPES = {"float16": "F16", "float32": "F32", "float64": "F64", "int64": "I64", "uint8": "U8"}


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


def label_colors(labels, path=pathlib.Path(__file__).parents[1] / "data/labels.json"):
    """The colours of data/labels.json by the labels' names; None where it does not know one of them."""
    known = {label["name"]: label["color"] for label in json.loads(path.read_text())["labels"]}
    return [known[name] for name in labels] if set(labels) <= set(known) else None


def write_model(path, tokenizer, transformer, labels, dtype=np.float16, **texts):
    """texts: name, source, licence."""
    arrays = model_arrays(tokenizer, transformer, dtype)
    broken = [n for n, a in arrays.items() if not np.isfinite(a).all()]
    if broken:
        raise SystemExit(f"Tensor {broken[0]} holds a value that is not finite.")
    schema = {"version": 1, "kind": "fill", **texts, "vqgan": tokenizer.shape.schema(),
              "transformer": transformer.shape.schema(), "labels": labels}
    if labels and label_colors(labels):
        schema["label_colors"] = label_colors(labels)
    write_safetensors(path, arrays, {"format": "tessera", "tessera": json.dumps(schema)})
    return len(arrays)
