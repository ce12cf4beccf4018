"""Writes the label colours of data/labels.json into a model file that has none or others. No weight changes."""
import json

from .modelfile import label_colors, read_safetensors, write_safetensors


def arguments(parser):
    parser.add_argument("model", help="NAME.safetensors, rewritten in place")


def run(options):
    arrays, metadata = read_safetensors(options.model)
    schema = json.loads(metadata["tessera"])
    colors = label_colors(schema.get("labels", []))
    if not colors:
        raise SystemExit(f"{options.model}: its labels are not those of data/labels.json.")
    schema["label_colors"] = colors
    write_safetensors(options.model, arrays, dict(metadata, tessera=json.dumps(schema)))
    print(f"{options.model}: {len(colors)} colours")
